import "@fontsource-variable/atkinson-hyperlegible-next/wght.css";
import { createRoot } from "react-dom/client";
import { Button } from "./ui/Button";
import "./ui/tokens.css";
import "./ui/base.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element with the id root");
createRoot(root).render(<Button kind="primary">Préau</Button>);
