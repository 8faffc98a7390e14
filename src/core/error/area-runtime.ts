import type { ErrorEntry } from './catalogue.ts'

export const runtimeErrors = {
  RUNTIME_FAILED: {
    title: 'A runtime failed',
    why: 'The candidate could not do its work; the message says where it stopped.',
    next: 'Correct what the message names and run the command again.',
  },
  RUNTIME_UNKNOWN: {
    title: 'No runtime of that kind',
    why: 'The key `runtime` names neither a built-in kind nor a module that exports `createRuntime`.',
    next: 'Use onnx, linear, static, head, encoder, openai, command, module or replay, or the path of an adapter module.',
  },
  RUNTIME_PACKAGE_MISSING: {
    title: 'An optional package is missing',
    why: 'The runtime needs a package that is not installed here.',
    next: 'Install the package that the message names.',
  },
  RUNTIME_NO_EXEC: {
    title: 'Refused by --no-exec',
    why: 'A command, a module or an adapter by path is code from the spec, and --no-exec forbids running it.',
    next: 'Remove the candidate, or run without --no-exec if you trust this spec.',
  },
  RUNTIME_BROKEN: {
    title: 'A candidate is broken',
    why: 'Its process was restarted once and failed again; the other candidates go on.',
    next: 'Look at the reason in the message; run the candidate alone to see more.',
  },
  RUNTIME_CRASHED: {
    title: "A candidate's process ended",
    why: 'The process that runs the model exited or was killed from outside while it had work to do.',
    next: 'Look at the last lines of its stderr in the message.',
  },
  RUNTIME_HUNG: {
    title: 'A candidate stopped answering',
    why: 'No part of a batch was finished within the time limit.',
    next: 'Raise settings.timeoutS, or find out why the model hangs on these items.',
  },
  RUNTIME_MEMORY: {
    title: 'A candidate used too much memory',
    why: 'Its process tree grew above memoryMiB and was stopped.',
    next: 'Raise memoryMiB, lower settings.batch or settings.maxLength, or drop the candidate.',
  },
  RUNTIME_FLOOD: {
    title: 'A candidate flooded its output',
    why: 'Its process wrote more than any answer could need.',
    next: 'Make the program write one line per answer, and its talk to stderr.',
  },
  MODEL_NOT_FOUND: {
    title: 'No model there',
    why: 'The folder or file that `model` names is not there, or holds no model.',
    next: 'Give a folder with onnx/model.onnx or model.onnx, or the path of an .onnx file.',
  },
  MODEL_LFS_POINTER: {
    title: 'A Git-LFS pointer instead of a model',
    why: 'The file was cloned without Git LFS: it holds 130 bytes that name the model, not the model.',
    next: 'Run `git lfs pull` in the repository of the model, or download the file itself.',
  },
  MODEL_CANNOT_LOAD: {
    title: 'The model cannot be loaded',
    why: 'onnxruntime refused the file: it is damaged, too old, or uses operators that this version does not have.',
    next: 'Export the model again with opset 13 or newer, or update onnxruntime-node.',
  },
  MODEL_INPUT: {
    title: 'The model wants other inputs',
    why: 'The inputs of the graph do not fit what the dataset gives.',
    next: 'Compare dataset.input with the inputs that the message lists.',
  },
  MODEL_LABELS: {
    title: 'The labels do not fit the model',
    why: 'The model has another number of classes than it has label names.',
    next: 'Put id2label into config.json, or `labels` into the candidate, in the order of the classes.',
  },
  TOKENIZER_MISSING: {
    title: 'No tokenizer beside the model',
    why: 'A text model needs the tokenizer.json that it was trained with.',
    next: 'Put tokenizer.json into the folder of the model.',
  },
  TOKENIZER_UNREADABLE: {
    title: 'The tokenizer cannot be read',
    why: 'tokenizer.json is not JSON, or not of a kind that is supported.',
    next: 'Save it again with the tokenizers library (tokenizer.save).',
  },
  TOKENIZER_MISFIT: {
    title: 'The tokenizer does not fit the model',
    why: 'It makes token ids that the embedding table of the model does not have.',
    next: 'Use the tokenizer.json that belongs to this model.',
  },
  ENDPOINT_BASE_URL: {
    title: 'No usable base URL',
    why: 'An openai candidate needs the address of its endpoint, up to and including /v1.',
    next: 'Set baseUrl, for example http://127.0.0.1:11434/v1.',
  },
  ENDPOINT_KEY_MISSING: {
    title: 'The API key is not set',
    why: 'Keys come from the environment only, and the variable is empty.',
    next: 'Export the variable that the message names.',
  },
  ENDPOINT_DOWN: {
    title: 'The endpoint cannot be reached',
    why: 'Nothing answers at that address.',
    next: 'Start the server, or correct baseUrl.',
  },
  ENDPOINT_REFUSED: {
    title: 'The endpoint refused the request',
    why: 'The key, the model name or a setting is not accepted there.',
    next: 'Read the message of the endpoint and correct the candidate.',
  },
  ENDPOINT_TIMEOUT: {
    title: 'The endpoint was too slow',
    why: 'No answer came within settings.timeoutS, retries included.',
    next: 'Raise settings.timeoutS or lower settings.concurrency.',
  },
  ENDPOINT_RATE_LIMITED: {
    title: 'The endpoint limits the rate',
    why: 'It kept answering 429 after every wait that it asked for.',
    next: 'Lower settings.concurrency, or run again later: what was answered is kept.',
  },
  ENDPOINT_SERVER_ERROR: {
    title: 'The endpoint failed',
    why: 'It kept answering with a status of 500 or above.',
    next: "Look into the server's log.",
  },
  ENDPOINT_HTML: {
    title: 'The endpoint answered with a web page',
    why: 'The address is that of a site, a login page or a proxy, not of an API.',
    next: 'Correct baseUrl; it usually ends in /v1.',
  },
  ENDPOINT_INVALID: {
    title: 'The endpoint answered with something else',
    why: 'The reply is not the JSON that the OpenAI interface describes.',
    next: 'Check that the server is compatible with the OpenAI interface.',
  },
  ENDPOINT_CUT: {
    title: 'The reply was cut off',
    why: 'The connection ended before the whole reply had come.',
    next: 'Run again; if it stays, look at the proxy or the server between.',
  },
  ENDPOINT_EMPTY: {
    title: 'The reply is empty',
    why: 'The endpoint answered with no content: the token limit may have gone into reasoning.',
    next: 'Raise settings.maxTokens, or look at the finish reason in the message.',
  },
  PROMPT_BROKEN: {
    title: 'The prompt template cannot be rendered',
    why: 'It is not valid Jinja, or uses a field that the dataset does not have.',
    next: 'Correct the template; fields are written {{name}} with names of columns.',
  },
  COMMAND_MISSING: {
    title: 'The command cannot be started',
    why: 'There is no such program, or it may not be executed.',
    next: 'Give `command` as a list: program, then arguments.',
  },
  COMMAND_PROTOCOL: {
    title: 'The command does not speak the protocol',
    why: 'It must write one JSON object per line: {"id", "output"}, with the id it was given.',
    next: 'Write answers to stdout, one line each, and everything else to stderr.',
  },
  MODULE_UNUSABLE: {
    title: 'The module cannot be used',
    why: 'It could not be imported, or exports no function to call.',
    next: 'Export a function `answer(input, row)` or a default function from a .js or .mjs file.',
  },
  REPLAY_UNUSABLE: {
    title: 'The stored predictions cannot be used',
    why: 'The file is missing, not readable, or holds no answer per item.',
    next: 'Give JSONL rows {"id", "output"}, or a CSV with a header and those columns.',
  },
  METER_UNAVAILABLE: {
    title: 'A meter cannot be used here',
    why: 'The sensor is absent, or this user may not read it.',
    next: 'Run `rightsize doctor`: it names the command that fixes each meter.',
  },
  METER_BINDING: {
    title: 'A meter does not know what to watch',
    why: 'The work happens in another process or machine; metering its HTTP client would show almost nothing.',
    next: 'Bind the candidate: energy: { pid }, { cgroup }, { gpus } or { prometheus }, or state { jPerItem: [low, high] }.',
  },
  STORE_NEWER: {
    title: 'The store is from a newer version',
    why: 'A later rightsize wrote it; this one could misread it.',
    next: 'Update rightsize, or name another folder for the store.',
  },
  STORE_UNREADABLE: {
    title: 'The store cannot be opened',
    why: 'The file is not a rightsize store, is damaged, or may not be written.',
    next: 'Move the file away: a new one is made; or restore it from a copy.',
  },
  STORE_FULL: {
    title: 'The disk is full',
    why: 'The store could not be written; everything stored before is safe.',
    next: 'Free some space, or run `rightsize store prune`, and run the command again: it goes on where it stopped.',
  },
  STORE_BUSY: {
    title: 'The store is locked',
    why: 'Another process held it for longer than a minute.',
    next: 'Wait for the other run to end, or end it.',
  },
} as const satisfies Record<string, ErrorEntry>
