// Prints what TypeScript's own parser finds in the project of a folder, as JSON.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [compiler, folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(compiler, path)).href);
const { API } = await load("dist/api/sync/api.js");
const { SyntaxKind } = await load("dist/ast/index.js");

const api = new API({ cwd: folder });
const config = join(folder, "tsconfig.json");
const project = api.updateSnapshot({ openProject: config }).getProject(config);
const found = { comments: [], strings: [], keys: [], statements: {} };

for (const path of project.rootFiles) {
  const source = project.program.getSourceFile(path);
  const kinds = source.statements.map((statement) => SyntaxKind[statement.kind]);
  found.statements[path.slice(folder.length + 1)] = kinds;
  const visit = (node) => {
    for (const comment of node.jsDoc ?? []) {
      found.comments.push({
        name: node.name?.text ?? "",
        parts: [...(comment.comment ?? [])].map((part) => SyntaxKind[part.kind]),
        text: [...(comment.comment ?? [])].map((part) => part.text).join(""),
        tags: [...(comment.tags ?? [])].map((tag) => tag.tagName.text),
      });
    }
    if (node.kind === SyntaxKind.StringLiteral) found.strings.push(node.text);
    if (node.kind === SyntaxKind.PropertySignature) found.keys.push(node.name.text);
    node.forEachChild(visit);
  };
  visit(source);
}
api.close();
process.stdout.write(JSON.stringify(found));
