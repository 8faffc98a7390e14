import type { ErrorEntry } from './catalogue.ts'

export const runtimeErrors = {
  RUNTIME_FAILED: {
    title: 'A runtime failed',
    why: 'The candidate could not complete its work.',
    next: 'Fix the problem named above, then run the command again.',
  },
  RUNTIME_PACKAGE_MISSING: {
    title: 'The package of a provider is not installed',
    why: 'Providers with an interface of their own are reached through packages that you install yourself.',
    next: 'Install the package named above.',
  },
  RUNTIME_UNKNOWN: {
    title: 'Unknown runtime',
    why: '`runtime` must be a built-in runtime or the path of a module that exports `createRuntime`.',
    next: 'Use a kind listed by `rightsize list runtimes`, or the path of an adapter module.',
  },
  RUNTIME_NO_EXEC: {
    title: 'The candidate runs code, and --no-exec is set',
    why: 'Commands, modules and adapters given by path are code, and --no-exec forbids running code from a spec.',
    next: 'Remove the candidate, or remove --no-exec if you trust the spec.',
  },
  RUNTIME_BROKEN: {
    title: 'A candidate does not work',
    why: 'Its process was restarted once and failed again. The other candidates continue.',
    next: 'Read the reason above, or run this candidate alone to see more.',
  },
  RUNTIME_CRASHED: {
    title: 'The process of a candidate ended',
    why: 'The process that runs the model exited or was killed before it had finished.',
    next: 'Read the last lines of its stderr above.',
  },
  RUNTIME_HUNG: {
    title: 'A candidate stopped answering',
    why: 'No item of a batch was finished within the time limit.',
    next: 'Raise `settings.timeoutS`, or find out why the model hangs on these items.',
  },
  RUNTIME_MEMORY: {
    title: 'A candidate used too much memory',
    why: 'Its processes exceeded the limit `memoryMiB` and were stopped.',
    next: 'Raise `memoryMiB`, lower `settings.batch` or `settings.maxLength`, or remove the candidate.',
  },
  RUNTIME_FLOOD: {
    title: 'A candidate wrote too much output',
    why: 'Its process wrote more than any answer could need.',
    next: 'Write one line per answer to stdout, and log to stderr.',
  },
  MODEL_NOT_FOUND: {
    title: 'Model not found',
    why: 'The path under `model` does not exist or contains no model.',
    next: 'Set `model` to an .onnx file, or to a folder with model.onnx or onnx/model.onnx.',
  },
  MODEL_LFS_POINTER: {
    title: 'The model file is a Git LFS pointer',
    why: 'The repository was cloned without Git LFS, so the file contains a reference instead of the model.',
    next: 'Run `git lfs pull` in the repository of the model, or download the file directly.',
  },
  MODEL_CANNOT_LOAD: {
    title: 'The model cannot be loaded',
    why: 'onnxruntime rejected the file: it is damaged, too old, or uses unsupported operators.',
    next: 'Export the model again with opset 13 or newer, or update onnxruntime-node.',
  },
  MODEL_INPUT: {
    title: 'The inputs do not match the model',
    why: 'The graph expects other inputs than the dataset provides.',
    next: 'Compare `dataset.input` with the inputs listed above.',
  },
  MODEL_LABELS: {
    title: 'The labels do not match the model',
    why: 'The number of classes differs from the number of label names.',
    next: 'Set `id2label` in config.json or `labels` on the candidate, in the order of the classes.',
  },
  TOKENIZER_MISSING: {
    title: 'The tokenizer is missing',
    why: 'A text model needs its own tokenizer.json.',
    next: 'Put tokenizer.json into the model folder.',
  },
  TOKENIZER_UNREADABLE: {
    title: 'The tokenizer cannot be read',
    why: 'tokenizer.json is not valid JSON, or its type is not supported.',
    next: 'Save it again with the Hugging Face tokenizers library (`tokenizer.save`).',
  },
  TOKENIZER_MISFIT: {
    title: 'The tokenizer does not match the model',
    why: 'It produces token ids outside the embedding table of the model.',
    next: 'Use the tokenizer.json of this model.',
  },
  ENDPOINT_BASE_URL: {
    title: 'No usable base URL',
    why: 'An `openai` candidate needs the address of its endpoint, including /v1.',
    next: 'Set `baseUrl`, for example http://127.0.0.1:11434/v1.',
  },
  ENDPOINT_KEY_MISSING: {
    title: 'The API key is not set',
    why: 'API keys are read from the environment, and the variable is empty.',
    next: 'Set the environment variable named above.',
  },
  ENDPOINT_DOWN: {
    title: 'The endpoint cannot be reached',
    why: 'No server answers at this address.',
    next: 'Start the server, or fix `baseUrl`.',
  },
  ENDPOINT_REFUSED: {
    title: 'The endpoint rejected the request',
    why: 'The endpoint does not accept the key, the model name or a setting.',
    next: 'Read its message above and fix the candidate.',
  },
  ENDPOINT_NO_BATCH: {
    title: 'The candidate cannot be asked by batch',
    why: 'Batches cost half and are spoken for OpenAI (chat, completions, responses) and Anthropic. With --batch this candidate would be paid in full without a word.',
    next: 'Run once without --batch, or leave this candidate out; stored answers are reused.',
  },
  ENDPOINT_BATCH_FAILED: {
    title: 'The batch was refused',
    why: 'The vendor checked the batch and did not start it, so nothing was answered and nothing is paid.',
    next: 'Fix what the vendor names above, or run without --batch.',
  },
  ENDPOINT_BATCH_EXPIRED: {
    title: 'The batch expired',
    why: 'The vendor did not get to every question within 24 hours. What it answered is stored.',
    next: 'Run the same command again: the other questions are submitted as a new batch.',
  },
  ENDPOINT_BATCH_CANCELED: {
    title: 'The batch was canceled',
    why: 'It was canceled at the vendor. What was answered before is stored.',
    next: 'Run the same command again: the other questions are submitted as a new batch.',
  },
  ENDPOINT_QUOTA: {
    title: 'The account has no quota or credit left',
    why: 'The endpoint refuses until the account is paid or its quota is raised. Waiting does not help, so the run stopped.',
    next: 'Settle the account, then run the same command again; stored answers are reused.',
  },
  ENDPOINT_TIMEOUT: {
    title: 'The endpoint timed out',
    why: 'No answer arrived within `settings.timeoutS`, retries included.',
    next: 'Raise `settings.timeoutS` or lower `settings.concurrency`.',
  },
  ENDPOINT_RATE_LIMITED: {
    title: 'The endpoint limits the request rate',
    why: 'It kept answering with status 429 after every requested wait.',
    next: 'Lower `settings.concurrency`, or run again later; stored answers are reused.',
  },
  ENDPOINT_SERVER_ERROR: {
    title: 'The endpoint failed',
    why: 'It kept answering with a status of 500 or higher.',
    next: 'Check the log of the server.',
  },
  ENDPOINT_HTML: {
    title: 'The endpoint answered with a web page',
    why: 'The address belongs to a website, a login page or a proxy, not to an API.',
    next: 'Fix `baseUrl`; it usually ends in /v1.',
  },
  ENDPOINT_INVALID: {
    title: 'The endpoint returned an invalid reply',
    why: 'The reply does not follow the OpenAI API.',
    next: 'Check that the server is compatible with the OpenAI API.',
  },
  ENDPOINT_CUT: {
    title: 'The reply is incomplete',
    why: 'The connection closed before the reply was complete.',
    next: 'Run again. If it happens again, check the server and any proxy in between.',
  },
  ENDPOINT_EMPTY: {
    title: 'The reply is empty',
    why: 'The endpoint returned no content; reasoning may have used up the token limit.',
    next: 'Raise `settings.maxTokens`, or check the finish reason above.',
  },
  REPLY_TOO_LARGE: {
    title: 'The reply is too large',
    why: 'A reply may have 16 MiB once it is decompressed, and the text of an answer 1,048,576 characters. More would fill the memory.',
    next: 'Check the address; ask for less at a time (`settings.batch`, `settings.maxTokens`).',
  },
  REPLY_REDIRECTED: {
    title: 'The address redirects',
    why: 'A request holds prompts and a key. They are sent to the address you named and never to another one.',
    next: 'If you trust the address above, write it into `baseUrl`.',
  },
  PROMPT_BROKEN: {
    title: 'The prompt template cannot be rendered',
    why: 'It is not valid Jinja, or it uses a column that the dataset does not have.',
    next: 'Fix the template; columns are written as {{name}}.',
  },
  COMMAND_MISSING: {
    title: 'The command cannot be started',
    why: 'The program does not exist or is not executable.',
    next: 'Write `command` as a list: the program, then its arguments.',
  },
  COMMAND_PROTOCOL: {
    title: 'The command does not follow the protocol',
    why: 'It must write one JSON object per line, {"id", "output"}, with the id of the request.',
    next: 'Write answers to stdout, one per line, and everything else to stderr.',
  },
  CANDIDATE_INPUT: {
    title: 'A declared input is missing',
    why: 'A path under `inputs` of a candidate is neither a file nor a folder.',
    next: 'Correct the path (relative to the spec), or leave it out of `inputs`.',
  },
  MODULE_UNUSABLE: {
    title: 'The module cannot be loaded',
    why: 'It cannot be imported, or it exports no function.',
    next: 'Export `answer(input, row)` or a default function from a .js or .mjs file.',
  },
  REPLAY_UNUSABLE: {
    title: 'The predictions cannot be read',
    why: 'The file is missing, unreadable, or lacks an answer for each item.',
    next: 'Pass JSONL rows {"id", "output"}, or a CSV with those columns.',
  },
  METER_UNAVAILABLE: {
    title: 'The meter does not work here',
    why: 'The sensor does not exist, or this user has no permission to read it.',
    next: 'Run `rightsize doctor`; it prints the command that fixes each meter.',
  },
  METER_QUERY: {
    title: 'A Prometheus query cannot be counted as energy',
    why: 'Its unit or kind is unknown, its series cannot be added, or its values cannot be energy.',
    next: 'Query one documented series (docs/reference/meters.md lists them), or state unit and kind: `energy: { prometheus: { query, unit, kind } }`.',
  },
  METER_BINDING: {
    title: 'The meter has nothing to watch',
    why: 'The model runs in another process or on another machine, where this meter cannot see it.',
    next: 'Set `energy` on the candidate: { pid }, { cgroup }, { gpus } or { prometheus }, or state { jPerItem: [low, high] }.',
  },
  STORE_NEWER: {
    title: 'The store was written by a newer version',
    why: 'This version of rightsize might misread it.',
    next: 'Update rightsize, or use another store folder.',
  },
  STORE_UNREADABLE: {
    title: 'The store cannot be opened',
    why: 'The file is damaged, not writable, or not a rightsize store.',
    next: '`rightsize store repair` saves what can be read of it; or move it aside (a new store is created).',
  },
  STORE_DAMAGED: {
    title: 'The store is not as it was written',
    why: 'Its content no longer matches its checksum or its format, and a changed answer must not decide anything.',
    next: 'Run `rightsize store repair`: it keeps every row that is whole, lists the others, and moves the damaged file aside.',
  },
  STORE_FULL: {
    title: 'The disk is full',
    why: 'The store could not be written. Everything stored before is safe.',
    next: 'Free some space or run `rightsize store prune`, then run the command again; it resumes where it stopped.',
  },
  STORE_BUSY: {
    title: 'The store is locked',
    why: 'Another process has used it for more than a minute.',
    next: 'Wait for the other run to end, or stop it.',
  },
} as const satisfies Record<string, ErrorEntry>
