import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const REACT = ["react", "react-dom", "react-dom/*", "react-router", "react-intl", "react-aria-components*"];

/** What the files of a folder may not import, in the words of the architecture. */
function forbid(files, groups, options = {}) {
  const patterns = groups.map(([group, message]) => ({ group, message }));
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] }, ...options };
}

const LIVEKIT = [["livekit-client", "livekit-client/*"], "Only src/rtc imports livekit-client."];
const NO_REACT = [REACT, "This folder is pure: no React."];
const NO_FEATURES = [["**/features/**", "**/app/**"], "Features and the app are above this folder."];
const NO_ROOM = [
  ["**/room/**", "**/rtc/**", "**/control/**", "**/api/**"],
  "src/ui knows nothing of meetings.",
];
const SIBLINGS = [["../*/**", "!../../**"], "Features do not import one another; they meet in src/app."];
const NO_APP = [["**/app/**"], "src/app is above the features."];

const SIZES = {
  "max-lines": ["error", { max: 500 }],
  "max-lines-per-function": ["error", { max: 60 }],
  complexity: ["error", 16],
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", "test-results"] },
  js.configs.recommended,
  { rules: SIZES },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      ...tseslint.configs.recommendedTypeChecked,
      reactHooks.configs.flat["recommended-latest"],
      jsxA11y.flatConfigs.recommended,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "import-x/no-cycle": "error",
      // Our own components may be told to take the focus: a dialog opened to type in one field.
      "jsx-a11y/no-autofocus": ["error", { ignoreNonDOM: true }],
      // What scrolls must be reached by the keyboard: a region with a name may be.
      "jsx-a11y/no-noninteractive-tabindex": [
        "error",
        { tags: [], roles: ["tabpanel", "region"], allowExpressionValues: true },
      ],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    },
  },
  {
    files: ["*.js"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", URL: "readonly", fetch: "readonly" },
    },
  },
  { files: ["**/*.test.{ts,tsx}", "e2e/**/*.spec.ts"], rules: { "max-lines-per-function": "off" } },
  {
    files: ["e2e/**/*.spec.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["describe", "it", "test", "before", "after"] },
          ],
        },
      ],
    },
  },
  forbid(["src/**/*.{ts,tsx}"], [LIVEKIT]),
  forbid(["src/room/**"], [LIVEKIT, NO_REACT, NO_FEATURES]),
  forbid(["src/control/**", "src/api/**"], [LIVEKIT, NO_REACT, NO_FEATURES]),
  forbid(["src/rtc/**"], [NO_REACT, NO_FEATURES]),
  forbid(["src/ui/**"], [LIVEKIT, NO_ROOM, NO_FEATURES]),
  forbid(["src/i18n/**", "src/account/**", "src/remembered/**", "src/invite/**"], [LIVEKIT, NO_FEATURES]),
  forbid(["src/features/**"], [LIVEKIT, SIBLINGS, NO_APP]),
);
