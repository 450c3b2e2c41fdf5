/** The files of deploy/kubernetes, and what Kubernetes' own types say of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

export const ROOT = join(import.meta.dirname, "../..");
export const FOLDER = join(ROOT, "deploy/kubernetes");

// biome-ignore lint/suspicious/noExplicitAny: a manifest is what its type says, which is what is tested
export type Manifest = any;

/** Where each kind is described. */
const TYPES: Readonly<Record<string, string>> = {
  "apps/v1 Deployment": "apps/v1",
  "v1 Service": "core/v1",
  "v1 ServiceAccount": "core/v1",
  "v1 Secret": "core/v1",
  "autoscaling/v2 HorizontalPodAutoscaler": "autoscaling/v2",
  "policy/v1 PodDisruptionBudget": "policy/v1",
};

/** By file name; each holds one. Duplicate keys and what is no YAML are errors. */
export function manifests(): Map<string, Manifest> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
  return new Map(names.map((name) => [name, readManifest(readFileSync(join(FOLDER, name), "utf8"))]));
}

export function readManifest(text: string): Manifest {
  const documents = parseAllDocuments(text, { uniqueKeys: true });
  for (const { errors, warnings } of documents) if (errors[0] ?? warnings[0]) throw errors[0] ?? warnings[0];
  if (documents.length !== 1) throw new Error(`${documents.length} documents`);
  return documents[0]!.toJS();
}

/**
 * What is wrong with the shape of each object: unknown and missing fields, values of the wrong type. Each becomes a TypeScript
 * literal of its kind, which the compiler checks as strictly as a literal: the types are made from Kubernetes' OpenAPI document.
 */
export function shapeFaults(objects: readonly Manifest[]): string[] {
  const texts = new Map(objects.map((object, index) => [join(ROOT, `manifest-${index}.ts`), source(object)]));
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    types: [],
    lib: ["lib.es5.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) =>
    texts.has(name)
      ? ts.createSourceFile(name, texts.get(name) as string, version)
      : getSourceFile(name, version, ...rest);
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

function source(object: Manifest): string {
  const kind = `${object.apiVersion} ${object.kind}`;
  const types = TYPES[kind];
  if (!types) throw new Error(`there are no types for ${kind}`);
  const literal = JSON.stringify(object, null, 2);
  return `import type { ${object.kind} } from "kubernetes-types/${types}.js";\nexport const object: ${object.kind} = ${literal};\n`;
}
