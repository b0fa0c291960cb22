// What the portal draws with Apache ECharts: lines and bars on a grid, as SVG. See ../README.md for the build.
import { use, init } from "echarts/core";
import { LineChart, BarChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, BarChart, AriaComponent, DatasetComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, SVGRenderer]);

export { init };
