using System.Globalization;
using System.Text;
using System.Xml;

namespace HyphaMarket.Simulation.Charts;

/// <summary>Writes a chart as one SVG document that needs nothing else: the same chart gives the same bytes.</summary>
public static class SvgChart
{
    /// <exception cref="ArgumentException">The chart cannot be drawn; the sentence says why.</exception>
    public static string Write(Chart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        chart.Validate();
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, NewLineChars = "\n" })) new Drawing(chart, writer).Write();
        return text.Append('\n').ToString();
    }

    /// <summary>One chart being written: the layout first, from the lengths of its texts, then everything from back to front.</summary>
    private sealed class Drawing
    {
        private const string Namespace = "http://www.w3.org/2000/svg";

        // Pixels. A letter is what a letter of system fonts takes on average, and a little more, for nobody measures fonts here.
        private const double Letter = 6.6;
        private const double LegendLine = 18;
        private const double Swatch = 22;
        private const double Gap = 8;

        // More dots than this hide each other, and are drawn small and see-through.
        private const int ManyDots = 200;

        private readonly Chart _chart;
        private readonly XmlWriter _writer;
        private readonly AxisScale _x;
        private readonly AxisScale _y;
        private readonly (double Left, double Top, double Width, double Height) _plot;
        private readonly int[] _barSeries;

        public Drawing(Chart chart, XmlWriter writer)
        {
            (_chart, _writer) = (chart, writer);
            var points = chart.Series.SelectMany(series => series.Points).ToList();
            _barSeries = [.. Enumerable.Range(0, chart.Series.Count).Where(i => chart.Series[i].Mark == ChartMark.Bars)];
            var (least, greatest) = (points.Min(point => Math.Min(point.Y, point.Low ?? point.Y)), points.Max(point => Math.Max(point.Y, point.High ?? point.Y)));
            if (_barSeries.Length > 0) (least, greatest) = (Math.Min(least, 0), Math.Max(greatest, 0));
            const double top = 40;
            var height = chart.Height - top - 56;
            _y = AxisScale.Create(chart.Y, least, greatest, (int)(height / 50));
            var legend = chart.Series.Select(series => series.Name.Length).Max();
            // A legend takes at most two fifths of the picture; longer names run out of it.
            var right = Named().Count > 1 ? Math.Min(Gap + Swatch + Gap + (legend * Letter) + Gap, chart.Width * 0.4) : 20;
            var left = 34 + (_y.Ticks.Max(tick => tick.Label.Length) * Letter);
            _plot = (left, top, chart.Width - left - right, height);
            // Labels of ticks need room for their letters.
            _x = AxisScale.Create(chart.X, points.Min(point => point.X), points.Max(point => point.X), (int)(_plot.Width / 80));
        }

        public void Write()
        {
            _writer.WriteStartElement("svg", Namespace);
            Attributes(("viewBox", $"0 0 {_chart.Width} {_chart.Height}"), ("width", N(_chart.Width)), ("height", N(_chart.Height)), ("role", "img"));
            Element("title", _chart.Title);
            Element("style", ChartStyle.Sheet(_chart.Palette, 1 + Enumerable.Range(0, _chart.Series.Count).Max(ColourOf)));
            Element("rect", null, ("class", "page"), ("width", N(_chart.Width)), ("height", N(_chart.Height)));
            Element("text", _chart.Title, ("class", "title"), ("x", N(_plot.Left)), ("y", "24"));
            Grid();
            // A nested picture cuts off what lies beyond its edges, without an id that another picture on the page could have too.
            _writer.WriteStartElement("svg", Namespace);
            Attributes(("x", N(_plot.Left)), ("y", N(_plot.Top)), ("width", N(_plot.Width)), ("height", N(_plot.Height)));
            for (var i = 0; i < _chart.Series.Count; i++) Band(i);
            for (var i = 0; i < _chart.Series.Count; i++) Series(i);
            _writer.WriteEndElement();
            Element("rect", null, ("class", "frame"), ("x", N(_plot.Left)), ("y", N(_plot.Top)), ("width", N(_plot.Width)), ("height", N(_plot.Height)));
            if (Named().Count > 1) Legend();
            _writer.WriteEndElement();
        }

        private void Grid()
        {
            var (bottom, right) = (_plot.Top + _plot.Height, _plot.Left + _plot.Width);
            foreach (var (value, label) in _y.Ticks)
            {
                var y = N(_plot.Top + Y(value));
                Element("line", null, ("class", value == 0 ? "zero" : "grid"), ("x1", N(_plot.Left)), ("x2", N(right)), ("y1", y), ("y2", y));
                Element("text", label, ("class", "tick"), ("x", N(_plot.Left - 6)), ("y", N(_plot.Top + Y(value) + 4)), ("text-anchor", "end"));
            }

            foreach (var (value, label) in _x.Ticks)
            {
                var x = N(_plot.Left + X(value));
                if (_chart.X.Categories.Count == 0) Element("line", null, ("class", "grid"), ("x1", x), ("x2", x), ("y1", N(_plot.Top)), ("y2", N(bottom)));
                Element("text", label, ("class", "tick"), ("x", x), ("y", N(bottom + 17)), ("text-anchor", "middle"));
            }

            Element("text", _chart.X.Label, ("x", N(_plot.Left + (_plot.Width / 2))), ("y", N(_chart.Height - 14)), ("text-anchor", "middle"));
            var middle = N(_plot.Top + (_plot.Height / 2));
            Element("text", _chart.Y.Label, ("x", "16"), ("y", middle), ("text-anchor", "middle"), ("transform", $"rotate(-90 16 {middle})"));
        }

        private void Band(int i)
        {
            var series = _chart.Series[i];
            var points = series.Points.Where(point => point.Low is not null).ToList();
            if (series.Mark is not (ChartMark.Line or ChartMark.LineAndDots) || points.Count < 2) return;
            var outline = points.Select(point => (point.X, Y: point.High!.Value)).Concat(points.AsEnumerable().Reverse().Select(point => (point.X, Y: point.Low!.Value)));
            Element("path", null, ("class", $"band f{ColourOf(i)}"), ("d", $"M{string.Join('L', outline.Select(point => $"{N(X(point.X))} {N(Y(point.Y))}"))}Z"));
        }

        private void Series(int i)
        {
            var series = _chart.Series[i];
            var (stroke, fill) = ($"s{ColourOf(i)}", $"f{ColourOf(i)}");
            if (series.Mark is ChartMark.Line or ChartMark.LineAndDots)
            {
                Element("path", null, ("class", $"line {stroke}{(series.IsDashed ? " dashed" : "")}"), ("d", "M" + string.Join('L', series.Points.Select(point => $"{N(X(point.X))} {N(Y(point.Y))}"))));
            }

            if (series.Mark is ChartMark.Dots or ChartMark.LineAndDots)
            {
                // Strokes without length have round ends: dots, in a fifth of the bytes of circles.
                Element("path", null, ("class", $"dots {stroke}{(series.Points.Count > ManyDots ? " many" : "")}"), ("d", string.Concat(series.Points.Select(point => $"M{N(X(point.X))} {N(Y(point.Y))}h0"))));
            }

            var (shift, width) = BarOf(i);
            if (series.Mark == ChartMark.Bars)
            {
                foreach (var point in series.Points)
                {
                    var (from, to) = (Y(Math.Clamp(0, _y.Low, _y.High)), Y(point.Y));
                    Element("rect", null, ("class", $"bar {fill}"), ("x", N(X(point.X) + shift - (width / 2))), ("y", N(Math.Min(from, to))), ("width", N(width)), ("height", N(Math.Abs(to - from))));
                }
            }

            if (series.Mark is not (ChartMark.Dots or ChartMark.Bars) || series.Points.All(point => point.Low is null)) return;
            var whiskers = series.Points.Where(point => point.Low is not null).Select(point => (X: X(point.X) + shift, Low: Y(point.Low!.Value), High: Y(point.High!.Value)));
            // On bars they are of the colour of texts, for their own would not be seen.
            Element("path", null, ("class", series.Mark == ChartMark.Bars ? "whisker ink" : $"whisker {stroke}"),
                ("d", string.Concat(whiskers.Select(whisker => $"M{N(whisker.X)} {N(whisker.Low)}V{N(whisker.High)}M{N(whisker.X - 3)} {N(whisker.Low)}h6M{N(whisker.X - 3)} {N(whisker.High)}h6"))));
        }

        private void Legend()
        {
            var (left, y) = (_plot.Left + _plot.Width + Gap, _plot.Top + 10);
            foreach (var i in Named())
            {
                var series = _chart.Series[i];
                var (stroke, fill) = ($"s{ColourOf(i)}", $"f{ColourOf(i)}");
                if (series.Mark is ChartMark.Line or ChartMark.LineAndDots) Element("path", null, ("class", $"line {stroke}{(series.IsDashed ? " dashed" : "")}"), ("d", $"M{N(left)} {N(y)}h{N(Swatch)}"));
                if (series.Mark is ChartMark.Dots or ChartMark.LineAndDots) Element("path", null, ("class", $"dots {stroke}"), ("d", $"M{N(left + (Swatch / 2))} {N(y)}h0"));
                if (series.Mark == ChartMark.Bars) Element("rect", null, ("class", $"bar {fill}"), ("x", N(left + 6)), ("y", N(y - 5)), ("width", "10"), ("height", "10"));
                Element("text", series.Name, ("x", N(left + Swatch + Gap)), ("y", N(y + 4)));
                y += LegendLine;
            }
        }

        /// <summary>Series of the legend.</summary>
        private List<int> Named() => [.. Enumerable.Range(0, _chart.Series.Count).Where(i => _chart.Series[i].Name.Length > 0)];

        private int ColourOf(int series) => _chart.Series[series].Colour ?? series;

        /// <summary>How far a series' bars stand from their places, and how wide they are; pixels.</summary>
        private (double Shift, double Width) BarOf(int series)
        {
            if (_chart.Series[series].Mark != ChartMark.Bars) return (0, 0);
            // Bars fill three quarters of the room between two places: of categories, or of the nearest two values.
            var places = _chart.X.Categories.Count > 0 ? [0, 1] : _barSeries.SelectMany(i => _chart.Series[i].Points).Select(point => point.X).Distinct().Order().ToList();
            var room = places.Count < 2 ? _plot.Width / 4 : places.Zip(places.Skip(1), (one, next) => X(next) - X(one)).Min();
            var width = room * 0.75 / _barSeries.Length;
            return ((Array.IndexOf(_barSeries, series) - ((_barSeries.Length - 1) / 2.0)) * width, width);
        }

        private double X(double value) => _x.Map(value) * _plot.Width;

        private double Y(double value) => (1 - _y.Map(value)) * _plot.Height;

        private void Element(string name, string? text, params ReadOnlySpan<(string Name, string Value)> attributes)
        {
            _writer.WriteStartElement(name, Namespace);
            Attributes(attributes);
            if (text is not null) _writer.WriteString(text);
            _writer.WriteEndElement();
        }

        private void Attributes(params ReadOnlySpan<(string Name, string Value)> attributes)
        {
            foreach (var (name, value) in attributes) _writer.WriteAttributeString(name, value);
        }

        /// <summary>A tenth of a pixel is finer than what is seen; far-off values, which are cut off anyway, stay short.</summary>
        private static string N(double pixels) => (Math.Round(Math.Clamp(pixels, -1e6, 1e6), 1) + 0.0).ToString("0.#", CultureInfo.InvariantCulture);
    }
}
