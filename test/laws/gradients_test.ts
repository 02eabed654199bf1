import { GRADIENT_LAWS } from "./gradients.ts";
import { testLaws } from "./table.ts";

testLaws(GRADIENT_LAWS, { rounds: 3 });
