import { render } from "preact";
import { App } from "./app";
import { startKeys } from "./lib/keys";
import { startHolding } from "./lib/live";
import { startRouter } from "./lib/router";
import { startClock } from "./lib/time";

startRouter();
startClock();
startKeys();
startHolding();
render(<App />, document.getElementById("app") as HTMLElement);
