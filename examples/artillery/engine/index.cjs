/** Artillery looks for its engines in packages of this name. */
module.exports = require("smartpbx-bridge/artillery");
