using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>What must hold of an honest seller whatever happens, judged by what left it and by what its disk holds.</summary>
internal static class ContractChecks
{
    /// <summary>Everything at once; call it after every event.</summary>
    public static void Check(TestNode seller)
    {
        var left = seller.Left.Where(record => record.Kind is RecordKind.Accepted or RecordKind.Settled or RecordKind.Released).DistinctBy(SignedRecords.IdOf).ToArray();
        NothingLeavesBeforeItIsDurable(seller, left);
        EveryMatchHasOneAnswer(left);
        NothingIsSoldTwice(seller, left);
    }

    public static MatchTerms TermsOf(Record record) => record.Kind switch
    {
        RecordKind.Accepted => AcceptedBody.Parser.ParseFrom(record.Body).Terms,
        RecordKind.Settled => SettledBody.Parser.ParseFrom(record.Body).Terms,
        RecordKind.Released => ReleasedBody.Parser.ParseFrom(record.Body).Terms,
        _ => throw new ArgumentOutOfRangeException(nameof(record)),
    };

    private static void NothingLeavesBeforeItIsDurable(TestNode seller, Record[] left)
    {
        foreach (var record in left)
        {
            var onDisk = seller.Disk.Any(entry => entry.Payload.AsSpan().IndexOf(record.Body.Span) >= 0);
            if (!onDisk) throw new AssertionException($"{record.Kind} left {seller} and is not on its disk.");
        }
    }

    private static void EveryMatchHasOneAnswer(Record[] left)
    {
        foreach (var match in left.GroupBy(record => new Hash256(TermsOf(record).Match.Span)))
        {
            if (match.GroupBy(record => record.Kind).Any(kind => kind.Count() > 1)) throw new AssertionException($"Match {match.Key} has two answers of one kind.");
            if (match.Count(record => record.Kind is RecordKind.Settled or RecordKind.Released) > 1) throw new AssertionException($"Match {match.Key} is settled and released.");
        }
    }

    private static void NothingIsSoldTwice(TestNode seller, Record[] left)
    {
        var leases = left.Where(record => record.Kind == RecordKind.Settled).Select(record => SettledBody.Parser.ParseFrom(record.Body)).ToArray();
        foreach (var lease in leases)
        {
            var units = leases.Where(other => other.StartUnixMs <= lease.StartUnixMs && lease.StartUnixMs < other.EndUnixMs).Sum(other => (long)other.Terms.Quantity);
            if (units > seller.Units) throw new AssertionException($"{seller} has {seller.Units} units and leased {units} at one moment.");
        }
    }
}
