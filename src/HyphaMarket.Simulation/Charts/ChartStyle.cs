using System.Globalization;
using System.Text;

namespace HyphaMarket.Simulation.Charts;

/// <summary>The style sheet inside a chart: colours for light pages, and others for readers who prefer dark ones.</summary>
internal static class ChartStyle
{
    /// <summary>Okabe and Ito's colours, which the colour-blind tell apart; the yellow, which white paper swallows, is darker, and black stands last.</summary>
    private static readonly string[] Light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a7a00", "#333333"];

    /// <summary>The same, lighter, for dark pages.</summary>
    private static readonly string[] Dark = ["#4aa8e0", "#ff8f4a", "#3fcfa4", "#e5a3c8", "#ffc04d", "#8fd0f5", "#e3d34c", "#d0d0d0"];

    /// <summary>The rules.</summary>
    /// <param name="colours">How many series take a colour.</param>
    public static string Sheet(ChartPalette palette, int colours)
    {
        var sheet = new StringBuilder();
        sheet.Append("""

            text { font: 12px system-ui, sans-serif; fill: #333 }
            .title { font-size: 15px; font-weight: 600 }
            .tick { font-size: 11px }
            .page { fill: #fff }
            .grid { stroke: #e4e4e4; stroke-width: 1 }
            .zero { stroke: #888; stroke-width: 1 }
            .frame { fill: none; stroke: #bbb; stroke-width: 1 }
            .line { fill: none; stroke-width: 1.8; stroke-linejoin: round }
            .dashed { stroke-dasharray: 6 4 }
            .dots { fill: none; stroke-width: 5; stroke-linecap: round }
            .many { stroke-width: 2.4; stroke-opacity: .55 }
            .whisker { fill: none; stroke-width: 1 }
            .ink { stroke: #333 }
            .band { stroke: none; fill-opacity: .18 }
            .bar { stroke: none; fill-opacity: .85 }

            """);
        Colours(sheet, colours, i => Colour(palette, Light, i, colours, lightness: 42));
        sheet.Append("""
            @media (prefers-color-scheme: dark) {
            text { fill: #ddd }
            .page { fill: #16181c }
            .grid { stroke: #2c2f36 }
            .zero { stroke: #999 }
            .frame { stroke: #555 }
            .ink { stroke: #eee }

            """);
        Colours(sheet, colours, i => Colour(palette, Dark, i, colours, lightness: 64));
        return sheet.Append("}\n").Replace("\r\n", "\n").ToString();
    }

    private static void Colours(StringBuilder sheet, int colours, Func<int, string> colour)
    {
        for (var i = 0; i < colours; i++) sheet.Append(CultureInfo.InvariantCulture, $".s{i} {{ stroke: {colour(i)} }} .f{i} {{ fill: {colour(i)} }}\n");
    }

    private static string Colour(ChartPalette palette, string[] distinct, int i, int colours, int lightness) => palette == ChartPalette.Distinct
        ? distinct[i % distinct.Length]
        // From blue (230 degrees) by green and yellow to red (0).
        : string.Create(CultureInfo.InvariantCulture, $"hsl({230 - (230 * i / Math.Max(1, colours - 1))}, 75%, {lightness}%)");
}
