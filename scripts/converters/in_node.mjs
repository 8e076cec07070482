// Converts tools by the JavaScript client libraries; run by Node with the path of their node_modules.
//
// Takes that path, then names of CONVERTERS, and on standard input a JSON object of lists of tools, each as tools/list answers
// it. Writes what in_python.py writes: for each name, by list, `version`, `converted` and `refused`, or `missing`. Nothing
// leaves the machine: what a library would send to a model is caught in its own `fetch`.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, ...names] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const versionOf = (name) => JSON.parse(readFileSync(`${modules}/${name}/package.json`)).version;
const REVISION = "2025-06-18";

const results = {
  initialize: () => ({ protocolVersion: REVISION, capabilities: { tools: {} }, serverInfo: { name: "affino", version: "1" } }),
  "tools/list": (tools) => ({ tools }),
};

/** An MCP transport of the AI SDK that answers the handshake and the list. */
function listTransport(tools) {
  const transport = {
    async start() {},
    async close() {},
    async send(message) {
      if (message.id === undefined) return;
      const result = results[message.method]?.(tools) ?? {};
      queueMicrotask(() => transport.onmessage?.({ jsonrpc: "2.0", id: message.id, result }));
    },
  };
  return transport;
}

/** The request that an AI SDK provider makes of the tools for its model; nothing is sent. */
async function caughtRequest(makeModel, tools) {
  const { createMCPClient } = await load("@ai-sdk/mcp");
  const { generateText } = await load("ai");
  let caught;
  const fetch = async (_, request) => {
    caught = JSON.parse(request.body);
    throw new Error("caught");
  };
  const client = await createMCPClient({ transport: listTransport(tools) });
  try {
    await generateText({ model: await makeModel(fetch), prompt: "x", tools: await client.tools(), maxRetries: 0 });
  } catch (error) {
    if (caught === undefined) throw error;
  }
  return caught;
}

async function googleGenai(tools) {
  const { mcpToTool } = await load("@google/genai");
  const client = { listTools: async () => ({ tools }), callTool: async () => ({}) };
  const { functionDeclarations } = await mcpToTool(client, {}).tool();
  return functionDeclarations.map((one) => [one.name, one.parametersJsonSchema ?? one.parameters]);
}

async function aiSdkGoogle(tools) {
  const { createGoogleGenerativeAI } = await load("@ai-sdk/google");
  const caught = await caughtRequest((fetch) => createGoogleGenerativeAI({ apiKey: "none", fetch })("gemini-2.5-flash"), tools);
  const declared = [caught.tools].flat().flatMap((tool) => tool.functionDeclarations);
  return declared.map((one) => [one.name, one.parameters ?? one.parametersJsonSchema ?? { type: "object", properties: {} }]);
}

async function aiSdkOpenai(tools) {
  const { createOpenAI } = await load("@ai-sdk/openai");
  const caught = await caughtRequest((fetch) => createOpenAI({ apiKey: "none", fetch })("gpt-5"), tools);
  return caught.tools.map((one) => [one.name, one.parameters]);
}

const CONVERTERS = {
  "@google/genai": ["@google/genai", googleGenai],
  "AI SDK, Gemini": ["ai", aiSdkGoogle],
  "AI SDK, OpenAI": ["ai", aiSdkOpenai],
};

/** What one library makes of the tools: all at once, and each by itself when that is refused. */
async function convertAll(name, tools) {
  const [distribution, convert] = CONVERTERS[name];
  const found = { version: versionOf(distribution), converted: {}, refused: {} };
  try {
    found.converted = Object.fromEntries(await convert(tools));
  } catch {
    for (const tool of tools) {
      try {
        Object.assign(found.converted, Object.fromEntries(await convert([tool])));
      } catch (error) {
        found.refused[tool.name] = `${error.name}: ${error.message}`.slice(0, 300);
      }
    }
  }
  return found;
}

const lists = JSON.parse(readFileSync(0, "utf-8"));
const answers = {};
for (const name of names) {
  answers[name] = {};
  for (const [list, tools] of Object.entries(lists)) {
    try {
      answers[name][list] = await convertAll(name, tools);
    } catch (error) {
      answers[name][list] = { missing: String(error.message).slice(0, 300) };
    }
  }
}
process.stdout.write(JSON.stringify(answers));
