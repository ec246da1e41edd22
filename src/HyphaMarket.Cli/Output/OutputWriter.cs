using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

using HyphaMarket.Node.Logging;

namespace HyphaMarket.Cli.Output;

/// <summary>Writes data to standard output in the format that was asked for, and nothing else.</summary>
internal sealed class OutputWriter(CliConsole console, OutputFormat format, bool quiet)
{
    internal static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    private bool _headerWritten;

    public OutputFormat Format => format;

    /// <summary>A list.</summary>
    public void Write<T>(IReadOnlyList<T> values, Shape<T> shape)
    {
        if (quiet)
        {
            foreach (var value in values) console.Out.WriteLine(TerminalText.InLine(shape.Id(value)));
            return;
        }
        switch (format)
        {
            case OutputFormat.Json:
                console.Out.WriteLine(Array(values, shape.Json));
                break;
            case OutputFormat.Jsonl:
                foreach (var value in values) console.Out.WriteLine(Json(value, shape.Json, Compact));
                break;
            case OutputFormat.Csv:
                console.Out.WriteLine(Csv(shape.Columns.Select(column => column.Header.ToLowerInvariant().Replace(' ', '_'))));
                foreach (var value in values) console.Out.WriteLine(Csv(shape.Columns.Select(column => TerminalText.Of(column.Text(value)))));
                break;
            default:
                WriteTable(values, shape);
                break;
        }
    }

    /// <summary>One value; a table shows it with a line for each field.</summary>
    public void Write<T>(T value, Shape<T> shape)
    {
        if (quiet || format is OutputFormat.Jsonl or OutputFormat.Csv)
        {
            Write([value], shape);
        }
        else if (format == OutputFormat.Json)
        {
            console.Out.WriteLine(Json(value, shape.Json, Indented));
        }
        else
        {
            var fields = shape.Columns.Select(column => (column.Header, Text: column.Text(value) ?? "")).Where(field => field.Text.Length > 0).ToList();
            var width = fields.Max(field => field.Header.Length) + 2;
            foreach (var (header, text) in fields) console.Out.WriteLine(header.ToLowerInvariant().PadRight(width) + TerminalText.Under(text, width));
        }
    }

    /// <summary>The next value of a stream; flushed at once, so that a pipe sees it.</summary>
    public void WriteNext<T>(T value, Shape<T> shape)
    {
        if (quiet) console.Out.WriteLine(TerminalText.InLine(shape.Id(value)));
        else if (format is OutputFormat.Json or OutputFormat.Jsonl) console.Out.WriteLine(Json(value, shape.Json, Compact));
        else if (format == OutputFormat.Csv)
        {
            if (!_headerWritten) console.Out.WriteLine(Csv(shape.Columns.Select(column => column.Header.ToLowerInvariant().Replace(' ', '_'))));
            console.Out.WriteLine(Csv(shape.Columns.Select(column => TerminalText.Of(column.Text(value)))));
        }
        else console.Out.WriteLine(string.Join("  ", shape.Columns.Select(column => TerminalText.InLine(column.Text(value))).Where(text => text.Length > 0)));
        _headerWritten = true;
        console.Out.Flush();
    }

    private void WriteTable<T>(IReadOnlyList<T> values, Shape<T> shape)
    {
        // A column that is empty throughout says nothing.
        var columns = shape.Columns.Where(column => values.Count == 0 || values.Any(value => !string.IsNullOrEmpty(column.Text(value)))).ToList();
        if (!console.OutputIsTerminal)
        {
            PlainTable.Write(console.Out, [columns.Select(column => column.Header).ToList(), .. values.Select(value => columns.Select(column => TerminalText.InLine(column.Text(value))).ToList())]);
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column.Header)).NoWrap());
        foreach (var value in values) table.AddRow(columns.Select(column => Markup.Escape(TerminalText.Of(column.Text(value)))).ToArray());
        Spectre().Write(table);
    }

    /// <summary>A Spectre console on standard output.</summary>
    public IAnsiConsole Spectre() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(console.Out), ColorSystem = console.Color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
    });

    private static string Array<T>(IReadOnlyList<T> values, JsonTypeInfo<T> type)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            writer.WriteStartArray();
            foreach (var value in values) JsonSerializer.Serialize(writer, value, type);
            writer.WriteEndArray();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    internal static string Json<T>(T value, JsonTypeInfo<T> type, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options)) JsonSerializer.Serialize(writer, value, type);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>RFC 4180: a field with a comma, a quote or a line break is quoted, and its quotes are doubled.</summary>
    private static string Csv(IEnumerable<string> fields) =>
        string.Join(',', fields.Select(field => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
}
