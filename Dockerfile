# The bridge in a container: docker build -t smartpbx-bridge . ; docs/deployment.md says how it is run.
# WebAssembly carries Opus: nothing here needs a compiler, and no install script runs. Versions are those of package-lock.json;
# npm ci would want it to list other computers' builds of the development tools too.
FROM node:22-alpine AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm pack --ignore-scripts && tar -xzf smartpbx-bridge-*.tgz && mkdir recordings

FROM node:22-alpine AS dependencies
WORKDIR /build
COPY package.json package-lock.json ./
# With what --upload needs, in the version that is tested.
RUN npm install --save-prod --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
    "@aws-sdk/client-s3@$(node -p 'require("./package.json").devDependencies["@aws-sdk/client-s3"]')"

FROM node:22-alpine
ENV NODE_ENV=production
# Else only the container itself could reach it.
ENV SMARTPBX_HOST=0.0.0.0
# A config file or an agent of your own is put here, and finds the package and its neighbours.
WORKDIR /srv/agent
COPY --from=dependencies /build/node_modules ./node_modules
COPY --from=build /build/package ./node_modules/smartpbx-bridge
# For --record /recordings: personal data, of this user only.
COPY --from=build --chown=1000:1000 /build/recordings /recordings
VOLUME /recordings
# The image's user node, by number: an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 8080
# The process itself gets it, and lets the running calls finish.
STOPSIGNAL SIGTERM
# It lives while it drains, too.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SMARTPBX_PORT ?? 8080}/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/srv/agent/node_modules/smartpbx-bridge/bin/smartpbx-bridge.js"]
CMD ["serve"]
