using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>
/// Every parser of the library against mutated inputs, a bounded number in each run. A longer run, with a new seed each time:
/// <c>HYPHAMARKET_FUZZ_SECONDS=60 dotnet test tests/HyphaMarket.Libp2p.Tests -c Release --filter FuzzTests</c> (for each parser).
/// </summary>
/// <remarks><c>HYPHAMARKET_FUZZ_SEED</c> runs a printed seed again.</remarks>
public sealed class FuzzTests
{
    private const int Inputs = 4_000;

    /// <summary>Inputs of a stream, each of which is read at least three times.</summary>
    private const int StreamInputs = 300;

    /// <summary>Longer inputs are cut at random only: every boundary of a long one would be a test of patience.</summary>
    private const int MaxEveryBoundary = 600;

    private static readonly string? s_seconds = Environment.GetEnvironmentVariable("HYPHAMARKET_FUZZ_SECONDS");

    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("HYPHAMARKET_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given)
        ? given
        : s_seconds is null ? 20261122 : RandomNumberGenerator.GetInt32(int.MaxValue);

    private static IEnumerable<FuzzTarget> Parsers => FuzzTargets.All;

    private static IEnumerable<StreamFuzzTarget> Streams => StreamFuzzTargets.All;

    [TestCaseSource(nameof(Parsers))]
    public void Parser_ReadsOrRefuses_AndNothingElse(object target)
    {
        var parser = (FuzzTarget)target;
        foreach (var good in parser.Corpus) Assert.That(parser.Parse(good), Is.Not.Null, () => $"a good input is refused: {Show(good)}");
        var (inputs, accepted) = (0, 0);
        var everything = new StringBuilder();
        Fuzz(parser.Corpus, Inputs, input =>
        {
            inputs++;
            var copy = (byte[])input.Clone();
            var understood = Guard(() => parser.Parse(copy), input);
            if (understood is not null) accepted++;
            if (inputs <= Inputs) everything.Append(understood is null ? "-" : Hash(Encoding.UTF8.GetBytes(understood))).Append('\n');
            Assert.That(copy, Is.EqualTo(input), "a parser leaves its input alone");
        });
        TestContext.Out.WriteLine($"{inputs} inputs, {accepted} read, outcome {Hash(Encoding.UTF8.GetBytes(everything.ToString()))}");
        Assert.That(accepted, Is.InRange(1, inputs - 1), "some are read and some are not");
    }

    [TestCaseSource(nameof(Streams))]
    public async Task StreamParser_UnderstandsTheSame_HoweverTheBytesAreCut(object target)
    {
        var parser = (StreamFuzzTarget)target;
        foreach (var good in parser.Corpus)
        {
            var whole = await parser.Read(new CutStream(good, () => int.MaxValue));
            for (var cut = 1; cut < Math.Min(good.Length, MaxEveryBoundary); cut++)
            {
                var sizes = new Queue<int>([cut]);
                Assert.That(await parser.Read(new CutStream(good, () => sizes.TryDequeue(out var first) ? first : int.MaxValue)), Is.EqualTo(whole), $"cut at {cut}");
            }
        }
        var inputs = 0;
        var outcomes = new HashSet<string>();
        Fuzz(parser.Corpus, StreamInputs, input =>
        {
            inputs++;
            var whole = Guard(() => Read(input, () => int.MaxValue), input);
            outcomes.Add(whole);
            var pieces = new Random(inputs);
            Assert.That(Guard(() => Read(input, () => 1), input), Is.EqualTo(whole), () => $"byte by byte: {Show(input)}");
            Assert.That(Guard(() => Read(input, () => pieces.Next(1, 40)), input), Is.EqualTo(whole), () => $"in pieces: {Show(input)}");
            for (var cut = 1; inputs <= 20 && cut < Math.Min(input.Length, MaxEveryBoundary); cut++)
            {
                var sizes = new Queue<int>([cut]);
                Assert.That(Read(input, () => sizes.TryDequeue(out var first) ? first : int.MaxValue), Is.EqualTo(whole), () => $"cut at {cut}: {Show(input)}");
            }
        });
        TestContext.Out.WriteLine($"{inputs} inputs, {outcomes.Count} different outcomes");
        Assert.That(outcomes, Has.Count.GreaterThan(1), "some are read and some are not");

        // The streams complete at once, so nothing is waited for.
        string Read(byte[] input, Func<int> size) => parser.Read(new CutStream(input, size)).GetAwaiter().GetResult();
    }

    private static void Fuzz(IReadOnlyList<byte[]> corpus, int count, Action<byte[]> check)
    {
        TestContext.Out.WriteLine($"seed {s_seed}");
        var mutator = new Mutator(new Random(s_seed), corpus);
        for (var i = 0; i < count; i++) check(mutator.Next());
        if (s_seconds is null) return;
        var limit = TimeSpan.FromSeconds(double.Parse(s_seconds, CultureInfo.InvariantCulture));
        for (var running = Stopwatch.StartNew(); running.Elapsed < limit;) check(mutator.Next());
    }

    private static T Guard<T>(Func<T> parse, byte[] input)
    {
        try
        {
            return parse();
        }
        catch (Exception exception) when (exception is not AssertionException)
        {
            throw new AssertionException($"seed {s_seed}: {exception.GetType().Name} on {Show(input)}: {exception.Message}", exception);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];

    private static string Show(byte[] input) => input.Length <= 400 ? Convert.ToHexStringLower(input) : $"{Convert.ToHexStringLower(input.AsSpan(0, 400))}... of {input.Length} bytes";
}
