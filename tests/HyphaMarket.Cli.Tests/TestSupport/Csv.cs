namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>Reads comma-separated values as RFC 4180 says, so that what the program writes is judged by other code than wrote it.</summary>
internal static class Csv
{
    public static IReadOnlyList<IReadOnlyList<string>> Read(string text)
    {
        var records = new List<IReadOnlyList<string>>();
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
            else if (c == '"') quoted = !quoted;
            else if (!quoted && c is ',' or '\n' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c == ',') continue;
                records.Add(fields);
                fields = [];
            }
            else field.Append(c);
        }

        return records;
    }
}
