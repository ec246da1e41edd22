using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"No false evidence": whatever an honest broker showed before and after crashes at any moment, no two of its words contradict each other.</summary>
[TestFixture]
internal sealed class NoFalseEvidenceTests
{
    [Test]
    public void BrokersThatCrashAtAnyMoment_NeverShowWhatConvictsThem([Range(1, 15)] int seed)
    {
        var random = new Random(seed);
        var network = new BrokerNetwork(random.Next(2) == 0 ? 4 : 5, latencyMs: random.Next(1, 40));
        network.RunUntilSlot(4);
        var (worker, scheduler) = (new TestSigner("worker"), new TestSigner("scheduler"));
        for (ulong i = 1; i <= 40; i++)
        {
            var (loss, slow) = (random.Next(30), random.Next(network.Brokers.Length));
            network.Loses = (_, _, _) => random.Next(100) < loss;
            // A disk that hangs and never writes: the broker knows a vote that it must not show, and forgets it in the crash.
            network.DiskHangs = (broker, _) => broker == slow && random.Next(2) == 0;
            // Not all know the same, so that who proposes or votes anew would do so differently.
            var some = Enumerable.Range(0, network.Brokers.Length).Where(_ => random.Next(3) > 0).ToArray();
            if (some.Length > 0) network.Submit(worker, network.OfferOf(worker, i, Side.Ask, random.Next(700, 900)), some);
            if (some.Length > 0) network.Submit(scheduler, network.OfferOf(scheduler, i, Side.Bid, random.Next(800, 1000)), some);
            network.RunUntil(network.Now.PlusMs(random.Next(1, 900)));
            network.Restart(random.Next(network.Brokers.Length));
        }

        var said = 0;
        foreach (var own in network.Shown.Select(shown => shown.Record).GroupBy(record => (record.Kind, Signer(record))))
        {
            var records = own.DistinctBy(SignedRecords.IdOf).ToArray();
            said += records.Length;
            foreach (var one in records)
            {
                foreach (var other in records) Assert.That(Evidence.TryBuild(one, other, out var evidence), Is.False, $"seed {seed}: {evidence?.Offender} contradicted itself in slot {evidence?.Slot}");
            }
        }

        Assert.That(said, Is.GreaterThan(10), $"seed {seed}: else the test shows little");
        Assert.That(network.Brokers.SelectMany(broker => broker.Convicted), Is.Empty, $"seed {seed}");
        Assert.That(network.Reports.Where(report => report.What == BrokerReport.Abstains), Is.Empty, $"seed {seed}: an intact journal is not taken for an old copy");
    }

    private static Google.Protobuf.ByteString Signer(Record record) => record.Kind == RecordKind.Vote ? record.Signer : ProposalBody.Parser.ParseFrom(record.Body).Proposer;
}
