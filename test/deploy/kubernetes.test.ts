import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { startMetricsServer } from "../../src/bridge/metrics-server.js";
import { startServer } from "../../src/bridge/server.js";
import { readArguments } from "../../src/cli/program.js";
import { resolve } from "../../src/config/resolve.js";
import { environmentName, settingKeys } from "../../src/config/schema.js";
import { type Manifest, manifests, ROOT, readManifest, shapeFaults } from "./manifests.js";

const all = manifests();
const get = (name: string) => all.get(`${name}.yaml`);
const deployment = get("deployment");
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const values: Record<string, string> = Object.fromEntries(
  container.env.map(({ name, value }: { name: string; value?: string }) => [
    name,
    value ?? "from-the-secret",
  ]),
);
const { values: settings } = resolve("serve", { flags: {}, env: values });

const OBJECTS = [...all].filter(([name]) => !/^(kustomization|prometheus-adapter-values)/.test(name));

describe("the manifests", () => {
  it("have the shape that Kubernetes knows, and no other fields", { timeout: 60_000 }, () => {
    expect(shapeFaults(OBJECTS.map(([, object]) => object))).toEqual([]);
    // That it would be told.
    const odd = structuredClone(deployment);
    odd.spec.template.spec.containers[0].readinesProbe = {};
    odd.spec.template.spec.terminationGracePeriodSeconds = "3660";
    delete odd.spec.selector;
    const faults = [odd, { ...deployment, metadata: { nmae: "x" } }].flatMap((one) => shapeFaults([one]));
    expect(faults.join("\n")).toMatch(/readinesProbe[\s\S]*nmae/);
    expect(faults.join("\n")).toMatch(
      /Property 'selector' is missing|string.*not assignable to type 'number'/,
    );
  });

  it("are all in the kustomization, but for the secret", () => {
    const listed: string[] = get("kustomization").resources;
    const objects = OBJECTS.map(([name]) => name).filter((name) => !name.startsWith("secret."));
    expect([...listed].sort()).toEqual(objects.sort());
  });

  it("name each other rightly", () => {
    const { labels } = deployment.spec.template.metadata;
    expect(labels).toMatchObject(deployment.spec.selector.matchLabels);
    expect(labels).toMatchObject(get("service").spec.selector);
    expect(labels).toMatchObject(get("pod-disruption-budget").spec.selector.matchLabels);
    expect(labels).toMatchObject(pod.topologySpreadConstraints[0].labelSelector.matchLabels);
    const { apiVersion, kind, metadata } = deployment;
    expect(get("horizontal-pod-autoscaler").spec.scaleTargetRef).toEqual({
      apiVersion,
      kind,
      name: metadata.name,
    });
    expect(get("service-account").metadata.name).toBe(pod.serviceAccountName);
    const wanted = container.env.flatMap(({ valueFrom }: Manifest) => valueFrom?.secretKeyRef ?? []);
    const secret = get("secret.example");
    expect(wanted).not.toEqual([]);
    for (const { name, key } of wanted) {
      expect(name).toBe(secret.metadata.name);
      expect(Object.keys(secret.stringData)).toContain(key);
    }
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    expect(container.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(volumes);
  });

  it("set what serve knows, to values that it takes", () => {
    const known = new Set([...settingKeys.map(environmentName), "SMARTPBX_TOKEN", "AWS_REGION"]);
    expect(Object.keys(values).filter((name) => !known.has(name))).toEqual([]);
    const asked = readArguments(container.args);
    expect("text" in asked || asked.command.name).toBe("serve");
    expect(container.volumeMounts[0].mountPath).toBe(settings.record);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(container.image).toMatch(new RegExp(`/smartpbx-bridge:${version}$`));
  });

  it("give a pod the time to end: its preStop, its drain and its last uploads", () => {
    const preStop = Number(
      /(\d[\d_]*)\)$/.exec(container.lifecycle.preStop.exec.command.at(-1))![1]!.replace("_", ""),
    );
    const uploading = Number(
      /STOPPING_MS = ([\d_]+)/.exec(source("src/cli/commands/uploads.ts"))![1]!.replace("_", ""),
    );
    const neededMs = preStop + settings.drainMs + uploading;
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(neededMs + 10_000);
    expect(settings.drainMs).toBeGreaterThanOrEqual(settings.maxDurationMs);
    // The balancers hear of it within a probe's period.
    expect(preStop).toBeGreaterThan(container.readinessProbe.periodSeconds * 1000);
  });

  it("scale by a metric that is told, below what a pod takes", () => {
    const [{ pods }] = get("horizontal-pod-autoscaler").spec.metrics;
    expect(source("src/monitoring/metric-table.ts")).toContain(`${pods.metric.name}: {`);
    expect(Number(pods.target.averageValue)).toBeLessThan(0.75 * settings.maxCalls);
    const [rule] = get("prometheus-adapter-values").rules.custom;
    expect(rule.seriesQuery).toMatch(new RegExp(`^${pods.metric.name}\\{`));
    expect(pods.metric.name).toMatch(new RegExp(rule.name.matches));
    const { minReplicas, maxReplicas } = get("horizontal-pod-autoscaler").spec;
    expect(minReplicas).toBeGreaterThanOrEqual(2);
    expect(maxReplicas * Number(pods.target.averageValue)).toBeGreaterThanOrEqual(10_000);
  });

  it("run as nobody in particular, who can write nowhere but to the recordings", () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(source("Dockerfile")).toContain(`USER ${pod.securityContext.runAsUser}:`);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const { requests, limits } = container.resources;
    expect(limits.cpu).toBeUndefined();
    expect(megabytes(requests.memory)).toBeLessThanOrEqual(megabytes(limits.memory));
    // Recordings whose disk stands still, beside what the process and its calls need.
    expect(megabytes(limits.memory)).toBeGreaterThan(8 * settings.maxCalls + 100);
    // A full emptyDir has the pod evicted, and its calls cut.
    expect(pod.volumes[0].ephemeral).toBeDefined();
  });

  it("ask at paths and ports that serve answers", async () => {
    const agent = await resolveAgent("echo", { options: {} });
    const { maxCalls, maxMessageBytes, path, pingMs } = settings;
    const limits = { path, maxCalls, maxMessageBytes, pingMs };
    const server = await startServer({
      ...limits,
      agent,
      host: "127.0.0.1",
      port: 0,
      call: settings as never,
      observe: () => [],
    });
    try {
      const origin = new URL(server.url.replace("ws:", "http:")).origin;
      const { startupProbe, readinessProbe, livenessProbe } = container;
      const { annotations } = deployment.spec.template.metadata;
      const paths = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.path);
      for (const path of paths) expect((await fetch(origin + path)).status, path).toBe(200);
      const metrics = await startMetricsServer(server.overview, { host: "127.0.0.1", port: 0 });
      const scraped = new URL(annotations["prometheus.io/path"], metrics.url);
      expect((await fetch(scraped)).status, scraped.pathname).toBe(200);
      await metrics.close();
      void server.drain();
      const drains = async (path: string) => (await fetch(origin + path)).status;
      expect([await drains(readinessProbe.httpGet.path), await drains(livenessProbe.httpGet.path)]).toEqual([
        503, 200,
      ]);
      const [{ name, containerPort }] = container.ports;
      expect(containerPort).toBe(settings.port);
      expect(container.ports[1].containerPort).toBe(settings.metrics?.port);
      expect(settings.metrics?.host).toBe("0.0.0.0");
      expect(annotations["prometheus.io/port"]).toBe(String(settings.metrics?.port));
      for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe])
        expect(httpGet.port).toBe(name);
      expect(get("service").spec.ports[0].targetPort).toBe(name);
    } finally {
      await server.close();
    }
  });

  it("are read strictly", () => {
    expect(() => readManifest("a: 1\na: 2\n")).toThrow(/unique/);
    expect(() => readManifest("a: 1\n---\nb: 2\n")).toThrow(/2 documents/);
  });
});

function source(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function megabytes(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity)!;
  return Number(number) * (unit === "Gi" ? 1024 : 1);
}
