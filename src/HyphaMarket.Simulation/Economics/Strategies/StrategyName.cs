using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>A strategy as people name it: <c>truthful</c>, <c>zi-c</c>, <c>zip</c>, <c>best-response</c>, or <c>shade:20</c> for shading by 20 %.</summary>
public sealed record StrategyName
{
    private const string ShadePrefix = "shade:";

    private readonly Func<Side, Random, Strategy> _create;

    private StrategyName(string text, Func<Side, Random, Strategy> create) => (Text, _create) = (text, create);

    public string Text { get; }

    public static StrategyName Truthful { get; } = new("truthful", static (_, _) => new Shading(0));

    public static StrategyName ZeroIntelligence { get; } = new("zi-c", static (_, _) => new ZeroIntelligence());

    public static StrategyName ZeroIntelligencePlus { get; } = new("zip", static (side, random) => Strategies.ZeroIntelligencePlus.Draw(side, random));

    public static StrategyName BestResponse { get; } = new("best-response", static (_, _) => new BestResponder());

    /// <param name="percent">0 to 99.</param>
    public static StrategyName Shade(double percent)
    {
        if (!(percent is >= 0 and <= 99)) throw new ArgumentOutOfRangeException(nameof(percent), percent, "Shading is by 0 to 99 percent.");
        return percent == 0 ? Truthful : new StrategyName(ShadePrefix + percent.ToString(CultureInfo.InvariantCulture), (_, _) => new Shading(percent / 100));
    }

    /// <param name="problem">Null, or a sentence that says what can be written instead.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out StrategyName? name, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        name = new[] { Truthful, ZeroIntelligence, ZeroIntelligencePlus, BestResponse }.FirstOrDefault(known => known.Text == text);
        if (name is null && text.StartsWith(ShadePrefix, StringComparison.Ordinal)
            && double.TryParse(text.AsSpan(ShadePrefix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 99)
        {
            name = Shade(percent);
        }

        problem = name is null ? $"'{text}' is not a strategy: there are truthful, zi-c, zip, best-response, and shade:X with X from 0 to 99 percent." : null;
        return name is not null;
    }

    /// <summary>A trader's own, with what it draws for itself.</summary>
    public Strategy Create(Side side, Random random) => _create(side, random);

    public bool Equals(StrategyName? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
