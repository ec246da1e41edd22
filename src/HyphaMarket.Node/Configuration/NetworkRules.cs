using HyphaMarket.Node.Hosting;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Configuration;

/// <summary>What network parameters must hold for the protocol to work; a node joins no network that breaks them.</summary>
internal static class NetworkRules
{
    private static readonly string[] ClearingRules = ["pairwise-mean", "uniform", "mcafee"];

    public static IReadOnlyList<Problem> Check(NetworkParameters p, string source)
    {
        var problems = new List<Problem>();
        var name = p.Name;
        if (name.Length is 0 or > 64 || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
        {
            Bad("name", $"\"{name}\"", "1 to 64 of a-z, 0-9 and hyphens");
        }
        // Slot arithmetic is in 64-bit milliseconds; a genesis before 2000 or after 2500 is a slip.
        Range("genesis", p.GenesisUnixMs, 946_684_800_000, 16_725_225_600_000);
        Range("slotLengthMs", p.SlotLengthMs, 100, 3_600_000);
        Range("networkBoundMs", p.NetworkBoundMs, 1, p.SlotLengthMs);
        Range("clockBoundMs", p.ClockBoundMs, 1, p.SlotLengthMs);
        // "An offer is early for me if I had it by cutoff - (D + 2 S)": that moment must lie inside the even slot.
        if (p.NetworkBoundMs + 2 * p.ClockBoundMs >= p.SlotLengthMs)
        {
            Bad("networkBoundMs", $"{p.NetworkBoundMs} with a clock bound of {p.ClockBoundMs}", "so small that networkBoundMs + 2 clockBoundMs < slotLengthMs, or no offer is ever early");
        }
        Range("activationPairs", p.ActivationPairs, 1, 64);
        Range("epochLengthMs", p.EpochLengthMs, 10 * p.SlotLengthMs, 86_400_000L * 31);
        Range("brokerFloor", p.BrokerFloor, 1, 64);
        Range("brokerCap", p.BrokerCap, Math.Max(1, p.BrokerFloor), 64);
        Range("bookDepth", p.BookDepth, 2, 65_536);
        if (p.BookDepth % 2 != 0) Bad("bookDepth", $"{p.BookDepth}", "even: half is for bids and half for asks");
        Range("openOffers", p.OpenOffers, 1, 1_024);
        Range("largestOpenUnits", p.LargestOpenUnits, 1, 1_000_000);
        Range("ttlCapMs", p.TtlCapMs, 2 * p.SlotLengthMs, 86_400_000);
        // 2^26 hashes take a minute of one core; more shuts honest owners out.
        Range("workBits", p.WorkBits, 0, 26);
        if (!ClearingRules.Contains(p.SpotClearingRule)) Bad("spotClearingRule", $"\"{p.SpotClearingRule}\"", "one of " + string.Join(", ", ClearingRules));
        if (p.KademliaPrefix.Length is < 2 or > 64 || p.KademliaPrefix[0] != '/') Bad("kademliaPrefix", $"\"{p.KademliaPrefix}\"", "a protocol id such as /hypha/kad/1.0.0");
        return problems;

        void Range(string key, long value, long least, long most)
        {
            if (value < least || value > most) Bad(key, $"{value}", $"from {least} to {most}");
        }

        void Bad(string key, string value, string wanted) =>
            problems.Add(new Problem("bad-network", $"\"{key}\" of the network parameters in {source} is {value}.", $"It must be {wanted}.", "Take the document from whoever runs the network, unchanged: every node needs the same."));
    }
}
