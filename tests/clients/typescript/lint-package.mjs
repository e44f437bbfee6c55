/** Prints what publint and "are the types wrong" say of a tarball, as JSON. */

import { readFile } from "node:fs/promises";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const data = await readFile(process.argv[2]);
const { messages, pkg } = await publint({
  pack: { tarball: data.buffer },
  level: "suggestion",
  strict: true,
});
const { problems } = await checkPackage(createPackageFromTarballData(data));
// The package is of modules only: what asks for it as CommonJS, or knows no `exports`, is not served.
const notServed = new Set(["node10", "node16-cjs"]);
console.log(
  JSON.stringify({
    publint: messages.map((message) => formatMessage(message, pkg)),
    types: problems.filter(({ resolutionKind }) => !notServed.has(resolutionKind)),
  }),
);
