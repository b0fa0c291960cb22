/* Draws a chart from the table beside it. Needs vendor/echarts/echarts-portal.min.js before it.

   Contract with the server
     <div class="chart" aria-hidden="true" data-chart="line" data-table="trend-table" data-unit="%"></div>
       data-chart   "line" or "bar"
       data-table   id of the table that holds the numbers; readers of all kinds use that table, the drawing is extra
       data-unit    written at the axis: "%", "người" …
       data-max     end of the axis (100 for rates); without it the data decide. The axis starts at 0, or at data-min
       data-target  number: a thin line "Chỉ tiêu 95"
       data-basis   "reported": lines are not joined across the reform; "today": they are
       data-reform  "2025-07-01": the line "01/07/2025 Sắp xếp địa giới" (left out when no row is on both sides)
     <table id="trend-table">
       <thead><tr><th>Kỳ</th><th data-series>Thanh Hóa</th> … </tr></thead>       one th[data-series] per line, at most 5
       <tbody><tr data-start="2023-12-15" data-end="2024-09-14"> rows in time order; the first th is the label of the axis
         <th>9 tháng 2024</th>
         <td data-y="94.78">94,78</td>        data-y: plain number in data-unit; absent: a gap, never 0, never bridged
         <td data-y="55.41" data-provisional>  drawn hollow        <td data-y="60" data-estimated>  drawn dashed
       <tr data-break="01/03/2026 Sáp nhập thôn">  another mark before this row, across which lines are not joined
   The tooltip is text inside the drawing (an HTML one would break the content policy) and repeats the table's words.
   Fragments that htmx swaps in are drawn too. */
(function () {
  "use strict";

  var COLOURS = ["#0B4F7D", "#D55E00", "#1E9E8A", "#8A1C5B", "#5A6B7B"];
  var SHAPES = ["circle", "triangle", "rect", "diamond", "roundRect"];
  var INK = "#1B2733";
  var MUTED = "#4E5D6C";
  var RULE = "#C9D2DA";
  var FONT = 'Roboto, "Segoe UI", Arial, "Liberation Sans", sans-serif';
  var plain = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 2 });

  function list(nodes) { return Array.prototype.slice.call(nodes); }

  /* The table as {labels, rows, series: [{name, points: [{y, text, provisional, estimated}]}]}. */
  function read(table) {
    var heads = list(table.querySelectorAll("thead th"));
    var columns = heads.map(function (head, i) { return head.hasAttribute("data-series") ? i : -1; })
      .filter(function (i) { return i >= 0; });
    var rows = list(table.tBodies[0].rows);
    return {
      labels: rows.map(function (row) { return row.cells[0].textContent.trim(); }),
      rows: rows,
      series: columns.map(function (column) {
        return {
          name: heads[column].textContent.trim(),
          points: rows.map(function (row) {
            var cell = row.cells[column];
            var y = cell.dataset.y;
            return {
              y: y === undefined || y === "" ? null : Number(y),
              text: cell.textContent.trim().replace(/\s+/g, " "),
              provisional: cell.hasAttribute("data-provisional"),
              estimated: cell.hasAttribute("data-estimated")
            };
          })
        };
      })
    };
  }

  /* Marks as [{at, label}] on the axis of row numbers, and the rows before which lines are cut. */
  function breaks(box, rows) {
    var marks = [];
    var cuts = {};
    var reform = box.dataset.reform;
    if (reform) {
      var first = rows.findIndex(function (row) { return row.dataset.end >= reform; });
      var inside = first >= 0 && rows[first].dataset.start && rows[first].dataset.start < reform;
      if (first > 0 || inside) {
        var date = reform.split("-").reverse().join("/");
        marks.push({ at: inside ? first : first - 0.5, label: date + " Sắp xếp địa giới" });
        if (box.dataset.basis === "reported") {
          cuts[first] = true;
          if (inside) cuts[first + 1] = true;  // a period that spans the day belongs to neither side
        }
      }
    }
    rows.forEach(function (row, i) {
      if (!row.dataset.break) return;
      marks.push({ at: i - 0.5, label: row.dataset.break });
      cuts[i] = true;
    });
    return { marks: marks, cuts: cuts };
  }

  function markLine(marks, target, rows) {
    var data = marks.map(function (mark) {
      var align = mark.at > rows * 0.6 ? "right" : mark.at < rows * 0.3 ? "left" : "center";
      return { xAxis: mark.at, label: { formatter: mark.label, position: "end", align: align, color: MUTED, fontSize: 12 } };
    });
    if (target !== undefined) {
      data.push({ yAxis: Number(target), lineStyle: { type: "dotted", color: INK },
        label: { formatter: "Chỉ tiêu " + plain.format(Number(target)), position: "insideStartTop", color: INK } });
    }
    return { silent: true, symbol: "none", animation: false, lineStyle: { color: MUTED, type: "dashed", width: 1 }, data: data };
  }

  /* Lines without symbols, cut where they may not be joined; then the points by themselves, one per row. */
  function lines(series, nth, cuts, many) {
    var colour = COLOURS[nth % COLOURS.length];
    var out = [];
    var solid = [];
    function flush() {
      if (solid.length > 1) out.push(stroke(series.name, solid, colour, "solid"));
      solid = [];
    }
    series.points.forEach(function (point, i) {
      var before = series.points[i - 1];
      var joined = before && before.y !== null && point.y !== null && !cuts[i];
      if (!joined || point.estimated || before.estimated) flush();
      if (joined && (point.estimated || before.estimated)) {
        out.push(stroke(series.name, [[i - 1, before.y], [i, point.y]], colour, "dashed"));
      }
      if (point.y !== null) solid.push([i, point.y]);
    });
    flush();
    var drawn = series.points.map(function (point, i) {
      return { value: [i, point.y], itemStyle: point.provisional || point.estimated
        ? { color: "#fff", borderColor: colour, borderWidth: 2 } : { color: colour, borderColor: colour, borderWidth: 1 } };
    }).filter(function (point) { return point.value[1] !== null; });
    out.push({
      name: series.name, type: "line", data: drawn, symbol: SHAPES[nth % SHAPES.length], symbolSize: 8, showAllSymbol: true,
      lineStyle: { width: 0, opacity: 0 }, itemStyle: { color: colour }, z: 4,
      endLabel: { show: many, formatter: series.name, color: colour, fontWeight: 600, distance: 10 },
      labelLayout: { moveOverlap: "shiftY" }
    });
    return out;
  }

  function stroke(name, data, colour, type) {
    return { name: name, type: "line", data: data, symbol: "none", silent: true, z: 3,
      lineStyle: { color: colour, width: 2, type: type }, itemStyle: { color: colour } };
  }

  function bars(series, nth) {
    return [{ name: series.name, type: "bar", barMaxWidth: 32, itemStyle: { color: COLOURS[nth % COLOURS.length] },
      data: series.points.map(function (point, i) { return [i, point.y]; }) }];
  }

  function options(box, table) {
    var found = read(table);
    var cut = breaks(box, found.rows);
    var many = found.series.length > 1;
    var step = Math.max(1, Math.ceil(found.labels.length / Math.max(2, Math.floor(box.clientWidth / 110))));
    var drawn = [];
    found.series.forEach(function (series, nth) {
      drawn = drawn.concat(box.dataset.chart === "bar" ? bars(series, nth) : lines(series, nth, cut.cuts, many));
    });
    if (drawn.length) drawn[drawn.length - 1].markLine = markLine(cut.marks, box.dataset.target, found.rows.length);
    return {
      animation: false,
      textStyle: { fontFamily: FONT, fontSize: 13, color: INK },
      grid: { left: 12, right: many ? 110 : 28, top: 40, bottom: 12, containLabel: true },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, backgroundColor: "#fff", borderColor: RULE,
        textStyle: { color: INK, fontFamily: FONT, fontSize: 13 },
        axisPointer: { type: "line", snap: true, label: { show: false }, lineStyle: { color: MUTED } },
        formatter: function (items) {
          var i = Math.round((Array.isArray(items) ? items[0] : items).value[0]);
          return [found.labels[i]].concat(found.series.map(function (series) {
            return (many ? series.name + ": " : "") + series.points[i].text;
          })).join("\n");
        }
      },
      xAxis: {
        type: "value", min: -0.5, max: found.labels.length - 0.5, interval: 0.5,
        axisTick: { show: false }, splitLine: { show: false }, axisLine: { onZero: false, lineStyle: { color: MUTED } },
        axisLabel: { color: MUTED, hideOverlap: true, formatter: function (at) {
          return at >= 0 && at % 1 === 0 && at % step === 0 ? found.labels[at] : "";
        } }
      },
      yAxis: {
        type: "value", name: box.dataset.unit || "", nameTextStyle: { color: MUTED, align: "right" },
        axisLine: { show: false, onZero: false }, axisTick: { show: false },
        min: Number(box.dataset.min || 0), max: box.dataset.max ? Number(box.dataset.max) : null,
        axisLabel: { color: MUTED, formatter: function (y) { return plain.format(y); } }, splitLine: { lineStyle: { color: "#E3E8EC" } }
      },
      series: drawn
    };
  }

  function draw(box) {
    var table = document.getElementById(box.dataset.table);
    if (!table || !table.tBodies.length || !window.echarts || box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    var chart = window.echarts.init(box, null, { renderer: "svg" });
    chart.setOption(options(box, table));
    var width = box.clientWidth;
    new ResizeObserver(function () {
      if (!box.isConnected) { chart.dispose(); return; }
      if (box.clientWidth === width) return;
      width = box.clientWidth;
      chart.resize();
      chart.setOption(options(box, table), true);
    }).observe(box);
  }

  function drawAll() { list(document.querySelectorAll("[data-chart]")).forEach(draw); }

  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
})();
