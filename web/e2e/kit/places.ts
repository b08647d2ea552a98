/** Where things are, seen from the tests. */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** web/e2e */
export const E2E = dirname(dirname(fileURLToPath(import.meta.url)));
/** web */
export const WEB = dirname(E2E);
/** The repository's root. */
export const REPOSITORY = dirname(WEB);

const VENV_PYTHON = join(REPOSITORY, ".venv", "bin", "python");

/** The Python that has Préau installed: PREAU_TEST_PYTHON, the repository's environment, or the one on the path. */
export const PYTHON = process.env.PREAU_TEST_PYTHON ?? (existsSync(VENV_PYTHON) ? VENV_PYTHON : "python3");
