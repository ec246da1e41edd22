using System.Reflection;
using System.Text.RegularExpressions;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>Keeps the list of fuzzed parsers whole: whatever reads bytes or text by its name and its arguments must be fuzzed, or be named here with the reason.</summary>
public sealed partial class FuzzRegistryTests
{
    /// <summary>What looks like a parser of strangers' input and is none.</summary>
    private static readonly Dictionary<string, string> s_exempt = new()
    {
        ["Ed25519"] = "verifies signatures over bytes of fixed lengths; Ed25519Tests holds it against a twin on random and mutated input",
        ["Ed25519Backend"] = "the platform's half of Ed25519",
        ["LibSodium"] = "the other half of Ed25519, where the system has it",
        ["PrivateFile"] = "hands bytes over unread; PeerStoreFile and RoutingTableCodec, which parse them, are fuzzed",
        ["Ed25519Encoding"] = "reads 32 bytes of fixed form, by Ed25519Tests",
        ["X25519PrivateKey"] = "takes our own key",
        ["DerKeys"] = "reads the inside of RSA and ECDSA keys, through PublicKey",
        ["Secp256k1"] = "reads the inside of secp256k1 keys, through PublicKey",
        ["KadKey"] = "takes 32 bytes that are a hash already",
    };

    [GeneratedRegex("^(Try)?(Parse|Decode|Open|Verify|FromBytes|FromProtobuf|OnReceived|Read[A-Za-z]*)(Async)?$")]
    private static partial Regex ParserName { get; }

    [Test]
    public void EveryParserOfTheLibrary_IsFuzzed()
    {
        var fuzzed = FuzzTargets.All.SelectMany(t => t.Covers).Concat(StreamFuzzTargets.All.SelectMany(t => t.Covers)).ToHashSet();
        var missing = typeof(Host).Assembly.GetTypes()
            .Where(type => type.Namespace?.Contains("Generated", StringComparison.Ordinal) == false && !typeof(Stream).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsPrivate && ParserName.IsMatch(method.Name) && method.GetParameters().Any(TakesInput))
            .Where(method => !fuzzed.Contains(method.DeclaringType!) && !s_exempt.ContainsKey(method.DeclaringType!.Name))
            .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}")
            .Distinct()
            .Order(StringComparer.Ordinal);
        Assert.That(missing, Is.Empty, "add a target to FuzzTargets or StreamFuzzTargets that runs it");
    }

    [Test]
    public void EveryExemption_IsOfATypeThatExists()
    {
        var names = typeof(Host).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        Assert.That(s_exempt.Keys.Where(name => !names.Contains(name)), Is.Empty);
    }

    private static bool TakesInput(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        return type == typeof(ReadOnlySpan<byte>) || type == typeof(ReadOnlyMemory<byte>) || type == typeof(byte[]) || type == typeof(IEnumerable<byte[]>)
            || type == typeof(ReadOnlySpan<char>) || type == typeof(string) || type == typeof(IEnumerable<string>) || type == typeof(Stream);
    }
}
