using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Intake;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>Many connections and readers at once, against the same records given to one core on one thread.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class IntakeStressTests
{
    [Test]
    public async Task ManyProducersAndReaders_LeaveWhatOneThreadLeaves([Values(1, 2, 3, 4)] int seed, CancellationToken stop)
    {
        var market = new TestMarket();
        var random = new Random(seed);
        var sent = Enumerable.Range(0, 12).Select(owner => Traffic(market, new TestKeys($"owner {owner}"), random)).ToArray();
        var oracle = market.NewBroker();
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 3, Turn = 2, RecordsPerSecond = 1_000_000, RecordBurst = 1_000_000, Drain = 3, QuoteEveryMs = 1, KnownGood = 64 });
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // On threads of their own: in the pool, readers that never pause would keep the writers waiting for another thread, for many seconds.
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(() => Read(node.Intake, reading.Token), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        // Each connection sends a message at a time; all at once, and some records come by several ways.
        var answers = await Task.WhenAll(sent.Select(async messages =>
        {
            var all = new List<bool>();
            foreach (var message in messages)
            {
                if (message.ByGossip) all.Add(await node.Intake.GossipAsync(message.Owner.Id, message.Records[0].Clone(), stop) != GossipVerdict.Reject);
                else all.AddRange((await node.Intake.SubmitAsync(message.Owner.Id, message.Records, message.Bundles, null, stop)).Results.Select(result => result.Receipt is not null));
            }

            return all;
        }));
        await reading.CancelAsync();

        var wanted = sent.Select(messages => messages.SelectMany(message => message.ByGossip
            ? [oracle.OnGossip(market.Now, message.Owner.Id, message.Records[0]) != GossipVerdict.Reject]
            : message.Records.Concat(message.Bundles.SelectMany(bundle => Bundles.Split(market.Rules.Network, bundle))).Select(record => oracle.Submit(market.Now, message.Owner.Id, record).Receipt is not null).ToArray()).ToList()).ToArray();
        Assert.That(answers, Is.EqualTo(wanted), $"seed {seed}");
        var slot = market.Rules.Schedule.SlotAt(market.Now);
        Assert.That(node.Core.RecordsAt(slot), Is.EqualTo(oracle.RecordsAt(slot)), $"seed {seed}");
        Assert.That(node.Core.TakePicture(market.Now).Book.Digest, Is.EqualTo(oracle.TakePicture(market.Now).Book.Digest));
        Assert.That(node.CoreSignatures.Checks, Is.Zero, "no signature was checked in the loop");
        Assert.That((await Task.WhenAll(readers)).Sum(), Is.Positive);
        await node.InLoopAsync(() => market.Now = market.Now.PlusMs(60));
        await node.InLoopAsync(() => { });
        Assert.That(QuoteBody.Parser.ParseFrom(node.Intake.Quote(1).Quote.Body).BookDigest.ToByteArray(), Is.EqualTo(oracle.TakePicture(market.Now).Book.Digest.ToArray()), "the last picture is of the last book");
    }

    /// <summary>Reads until told to stop: every picture is whole.</summary>
    private static long Read(MarketIntake intake, CancellationToken stop)
    {
        var reads = 0L;
        while (!stop.IsCancellationRequested)
        {
            if (intake.Quote(MarketBroker.MaxLevels).Quote is not { } quote) continue;
            var body = QuoteBody.Parser.ParseFrom(quote.Body);
            var units = body.Asks.Aggregate(0ul, (sum, level) => sum + level.Units) + body.Bids.Aggregate(0ul, (sum, level) => sum + level.Units);
            Assert.That(units, Is.LessThanOrEqualTo(body.AskUnits + body.BidUnits));
            Assert.That(body.Asks.Select(level => level.PriceMicros), Is.Ordered.Ascending);
            Assert.That(body.Bids.Select(level => level.PriceMicros), Is.Ordered.Descending);
            reads++;
        }

        return reads;
    }

    /// <summary>What one owner's connection sends: offers in bunches, forgeries, copies, bundles, cancels, and gossip of the same. Whatever the order between owners, the end is one.</summary>
    private static List<(TestKeys Owner, Record[] Records, WholeBundle[] Bundles, bool ByGossip)> Traffic(TestMarket market, TestKeys owner, Random random)
    {
        var (messages, mine, sequence) = (new List<(TestKeys, Record[], WholeBundle[], bool)>(), new List<Record>(), 0ul);
        for (var i = 0; i < 25; i++)
        {
            switch (random.Next(6))
            {
                case 0:
                    messages.Add((owner, [], [market.BundleOf(owner, random.Next(1, 9), sequence + 1)], false));
                    sequence += 8;
                    break;
                case 1 when mine.Count > 0:
                    var forged = mine[random.Next(mine.Count)].Clone();
                    forged.Body = market.BodyOf(owner, ++sequence);
                    messages.Add((owner, [forged], [], random.Next(2) == 0));
                    break;
                case 2 when mine.Count > 0:
                    messages.Add((owner, [mine[random.Next(mine.Count)]], [], true));
                    break;
                case 3 when mine.Count > 0:
                    messages.Add((owner, [market.CancelOf(owner, mine[0])], [], false));
                    mine.RemoveAt(0);
                    break;
                default:
                    var fresh = Enumerable.Range(0, random.Next(1, 5)).Select(_ => market.OfferOf(owner, ++sequence, random.Next(2) == 0 ? Side.Ask : Side.Bid, random.Next(500, 900))).ToArray();
                    mine.AddRange(fresh);
                    messages.Add((owner, fresh, [], false));
                    break;
            }
        }

        return messages;
    }
}
