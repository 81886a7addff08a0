// Puts a chart that answers into the place of each drawing of the page.
// Texts of the user are only ever set as textContent.
(function () {
'use strict';
var DAY = 864e5, MARGIN = 21, charts = {};
var theme = matchMedia('(prefers-color-scheme: dark)');

function color(name) {
	return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

function element(tag, name, text) {
	var e = document.createElement(tag);
	if (name) e.className = name;
	if (text !== undefined) e.textContent = text;
	return e;
}

function number(v, decimals) {
	return v.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function brief(v) {
	var units = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
	for (var i = 0; i < units.length; i++)
		if (Math.abs(v) >= units[i][0]) return +(v / units[i][0]).toPrecision(4) + units[i][1];
	return String(+v.toPrecision(4));
}

function date(ms) {
	return new Date(ms).toISOString().slice(0, 10);
}

// The columns that dygraphs draws, and the values that are read.
function expand(spec) {
	spec.at = [];
	for (var i = 0; i < spec.n; i++) {
		var t = spec.t ? spec.t[i] : spec.start + i;
		spec.at.push(spec.days ? t * DAY : t);
	}
	spec.series.forEach(function (s) {
		s.points = !!s.at;
		if (!s.points) return;
		s.y = new Array(spec.n).fill(null);
		s.at.forEach(function (row, k) { s.y[row] = s.few[k]; });
	});
	spec.bounds = spec.series.some(function (s) { return s.lower; });
	return spec.at.map(function (t, row) {
		return [spec.days ? new Date(t) : t].concat(spec.series.map(function (s) {
			var y = s.y[row];
			if (!spec.bounds) return y;
			if (y === null) return [null, null, null];
			return s.lower && s.lower[row] !== null ? [s.lower[row], y, s.upper[row]] : [y, y, y];
		}));
	});
}

function colors(spec) {
	return {
		colors: spec.series.map(function (s) { return color('c' + s.color); }),
		axisLineColor: color('line'), gridLineColor: color('grid'),
		rangeSelectorPlotStrokeColor: color('c0'), rangeSelectorPlotFillColor: color('grid'),
		rangeSelectorForegroundStrokeColor: color('soft'), rangeSelectorBackgroundStrokeColor: color('line')
	};
}

function make(figure) {
	var spec = JSON.parse(figure.querySelector('script').textContent);
	var rows = expand(spec), title = figure.querySelector('figcaption').textContent;
	var box = element('div', 'live'), readout = element('p', 'readout');
	var reset = element('button', '', 'Show all days');
	var at = -1, options, graph;

	function show(row) {
		at = row;
		readout.textContent = '';
		if (row < 0) return;
		readout.appendChild(element('b', '', spec.days ? date(spec.at[row]) : spec.x + ' ' + spec.at[row]));
		spec.series.forEach(function (s) {
			if (s.y[row] === null) return;
			var text = s.name + ' ' + number(s.y[row], spec.decimals);
			if (s.lower && s.lower[row] !== null)
				text += ' (' + number(s.lower[row], spec.decimals) + ' to ' + number(s.upper[row], spec.decimals) + ')';
			var item = element('span');
			item.appendChild(element('i', (s.points ? 'dot' : s.dashed ? 'dashes' : 'stroke') + ' k' + s.color));
			item.appendChild(document.createTextNode(text));
			readout.appendChild(item);
		});
		spec.bands.forEach(function (b) {
			if (spec.at[row] >= b[0] * DAY && spec.at[row] <= b[1] * DAY)
				readout.appendChild(element('span', 'strong', b[2]));
		});
	}

	function shade(context, area, g) {
		context.fillStyle = color('band');
		spec.bands.forEach(function (b) {
			var left = g.toDomXCoord((b[0] - 0.5) * DAY), right = g.toDomXCoord((b[1] + 0.5) * DAY);
			context.fillRect(left, area.y, Math.max(right - left, 2), area.h);
		});
	}

	box.tabIndex = 0;
	box.setAttribute('role', 'group');
	box.setAttribute('aria-label', title + '. Arrow keys read the values.');
	readout.setAttribute('aria-live', 'polite');
	reset.type = 'button';
	reset.hidden = true;
	figure.insertBefore(box, figure.querySelector('.still'));
	figure.insertBefore(readout, figure.querySelector('.still'));
	figure.insertBefore(reset, figure.querySelector('.still'));
	figure.classList.add('alive');

	options = colors(spec);
	Object.assign(options, {
		// Labels of our own: those of the user may be alike, or anything.
		labels: ['x'].concat(spec.series.map(function (s, k) { return 's' + k; })),
		labelsUTC: true, legend: 'never', customBars: spec.bounds, fillAlpha: 0.18, strokeWidth: 1.6,
		includeZero: spec.zero, showRangeSelector: spec.overview, rangeSelectorHeight: 32,
		gridLineWidth: 1, xRangePad: 6, yRangePad: 8, highlightCircleSize: 4, axisLabelFontSize: 12, series: {},
		axes: { y: { axisLabelFormatter: brief, axisLabelWidth: 48 }, x: { pixelsPerLabel: 70 } },
		highlightCallback: function (event, x) { show(spec.at.indexOf(+x)); },
		unhighlightCallback: function () { show(-1); },
		drawCallback: function (g) { reset.hidden = !g.isZoomed(); }
	});
	// A finger scrolls the page; a tap reads a value.
	options.interactionModel = Object.assign({}, Dygraph.defaultInteractionModel);
	['touchstart', 'touchmove', 'touchend'].forEach(function (e) { delete options.interactionModel[e]; });
	if (spec.bands.length) options.underlayCallback = shade;
	spec.series.forEach(function (s, k) {
		options.series['s' + k] = s.points
			? { strokeWidth: 0, drawPoints: true, pointSize: 4.5, highlightCircleSize: 7 }
			: s.dashed ? { strokePattern: [5, 3] } : {};
	});
	graph = new Dygraph(box, rows, options);

	reset.addEventListener('click', function () { graph.resetZoom(); });
	box.addEventListener('keydown', function (event) {
		var step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 }[event.key];
		var next = event.key === 'Home' ? 0 : event.key === 'End' ? spec.n - 1
			: step ? (at < 0 ? (step > 0 ? 0 : spec.n - 1) : at + step) : NaN;
		if (!(next >= 0 && next < spec.n)) return;
		event.preventDefault();
		graph.setSelection(next);
		show(next);
	});
	theme.addEventListener('change', function () { graph.updateOptions(colors(spec)); });
	charts[figure.id] = { graph: graph, spec: spec, show: show };
}

if (!window.Dygraph) return;
document.querySelectorAll('figure.chart').forEach(make);

// Days in a table lead to the chart.
document.addEventListener('click', function (event) {
	var link = event.target.closest ? event.target.closest('a[data-from]') : null, chart = charts['chart-days'];
	if (!link || !chart) return;
	event.preventDefault();
	var from = link.dataset.from * DAY, to = link.dataset.to * DAY, at = chart.spec.at;
	chart.graph.updateOptions({ dateWindow: [Math.max(from - MARGIN * DAY, at[0]),
		Math.min(to + MARGIN * DAY, at[at.length - 1])] });
	var row = at.findIndex(function (t) { return t >= from; });
	if (row >= 0) {
		chart.graph.setSelection(row);
		chart.show(row);
	}
	var figure = document.getElementById('chart-days');
	figure.scrollIntoView({ block: 'center' });
	figure.querySelector('.live').focus({ preventScroll: true });
});
}());
