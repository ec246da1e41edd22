using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Fellow brokers that lie in reconciliation and in what they show: it costs bounded work, and wins them nothing.</summary>
[TestFixture]
internal sealed class LyingPeerTests
{
    private const int SomeSlots = 12;
    private readonly TestSigner _worker = new("worker");

    [Test]
    public void APeerThatSplitsForEver_CostsEightRequestsASession()
    {
        var (network, broker) = Lonely();
        var requests = 0;
        broker.Answers = (_, request) =>
        {
            if (request.AskCase != BrokerRequest.AskOneofCase.Reconcile) return new BrokerResponse { Done = new Done() };
            requests++;
            // Whatever it is asked, all ranges differ.
            var response = new ReconcileResponse();
            response.Ranges.AddRange(Parts(SetReconciliation.MaxRanges));
            return new BrokerResponse { Reconcile = response };
        };
        broker.RunUntilSlot(1);
        Assert.That(requests, Is.EqualTo(4 * SetReconciliation.MaxRounds), "one session with each of four");
        Assert.That(broker.Core.IsCatchingUp);
        Assert.That(broker.Core.Load.Sessions, Is.Zero);
    }

    [Test]
    public void APeerThatListsWhatItNeverDelivers_IsAskedOnce()
    {
        var (network, broker) = Lonely();
        var fetches = 0;
        broker.Answers = (_, request) =>
        {
            if (request.AskCase == BrokerRequest.AskOneofCase.Fetch) fetches++;
            return request.AskCase == BrokerRequest.AskOneofCase.Reconcile ? Listing(5_000) : new BrokerResponse { Records = new RecordBatch() };
        };
        broker.RunUntilSlot(1);
        Assert.That(fetches, Is.EqualTo(4), "one fetch of each of four");
        Assert.That(broker.Core.IsCatchingUp, "nothing is whole that was not delivered");
        Assert.That(broker.Core.Load.NamedIds, Is.Zero);
    }

    [Test]
    public void APeerThatDeliversOneRecordAtATime_IsLeftAfterTheFetchesOfASession()
    {
        var (network, broker) = Lonely(new BrokerOptions { FetchesInSession = 20 });
        var records = Enumerable.Range(1, 500).Select(i => network.OfferOf(_worker, (ulong)i, Side.Ask, 800)).ToDictionary(SignedRecords.IdOf);
        var fetches = 0;
        broker.Answers = (member, request) =>
        {
            if (member != 1) return null;
            if (request.AskCase == BrokerRequest.AskOneofCase.Reconcile) return Listing(records.Keys);
            if (request.AskCase != BrokerRequest.AskOneofCase.Fetch) return new BrokerResponse { Done = new Done() };
            fetches++;
            return new BrokerResponse { Records = new RecordBatch { Records = { records[new RecordId(new Hash256(request.Fetch.Ids[0].Span))] } } };
        };
        broker.RunUntilSlot(1);
        Assert.That(fetches, Is.EqualTo(20));
        Assert.That(broker.Core.Load.Sessions, Is.Zero);
        Assert.That(broker.Core.OfferCount, Is.EqualTo(20), "what came is kept all the same");
    }

    [Test]
    public void IdsWithoutEnd_AreNotRemembered()
    {
        var session = new ReconciliationSession(new TestSigner("liar").Id, new Slot(1), mostWanted: 1000, mostFetches: 10);
        var random = new Random(3);
        for (var message = 0; message < 8; message++) session.Want(Ids(random, 32_768));
        Assert.That(session.Named, Is.EqualTo(1000));
        Assert.That(session.IsPartial);
    }

    [Test]
    public void AllPeersNamingIdsWithoutEnd_FillNoMoreThanOneSessionEach()
    {
        var (network, broker) = Lonely(new BrokerOptions { IdsWantedInSession = 500 });
        var random = new Random(3);
        // Nobody ever answers a fetch in this slot: the sessions stay open.
        broker.Answers = (_, request) => request.AskCase == BrokerRequest.AskOneofCase.Reconcile ? Listing(Ids(random, 2_000)) : null;
        broker.RunUntilSlot(SomeSlots);
        Assert.That(broker.Heaviest!.NamedIds, Is.InRange(1, 4 * 500));
        Assert.That(broker.Heaviest.Sessions, Is.LessThanOrEqualTo(4));
    }

    [Test]
    public void ASlowPeer_HasOneSessionAtATime()
    {
        var (network, broker) = Lonely();
        var open = new List<long>();
        for (var ms = 0; ms < 6000; ms += 500)
        {
            broker.Core.OnTimer(new Instant(ms));
            while (broker.Core.TryTake(out var effect))
            {
                if (effect is BrokerEffect.Ask { Request.AskCase: BrokerRequest.AskOneofCase.Reconcile } ask) open.Add(ask.Number);
            }

            Assert.That(open, Has.Count.LessThanOrEqualTo(4), "no answer has come");
        }

        foreach (var number in open.ToArray()) broker.Core.OnResponse(new Instant(6000), number, null);
        Assert.That(broker.Core.Load.Sessions, Is.Zero);
    }

    [Test]
    public void APeerThatSaysItHasNothingMore_DoesNotEndCatchingUpAlone()
    {
        var (network, broker) = Lonely();
        // f = 1: one of five may lie.
        broker.Answers = (member, request) => member == 1 ? Nothing(request) : null;
        broker.RunUntilSlot(SomeSlots);
        Assert.That(broker.Core.IsCatchingUp);
        broker.Answers = (member, request) => member <= 2 ? Nothing(request) : null;
        broker.RunUntilSlot(2 * SomeSlots);
        Assert.That(broker.Core.IsCatchingUp, Is.False, "of two one is honest");

        static BrokerResponse Nothing(BrokerRequest request) =>
            request.AskCase == BrokerRequest.AskOneofCase.Reconcile ? new BrokerResponse { Reconcile = new ReconcileResponse() } : new BrokerResponse { Records = new RecordBatch() };
    }

    [Test]
    public void AnswersThatAreTooLargeOrMalformed_EndTheSession()
    {
        var (network, broker) = Lonely();
        var answers = new Queue<ReconcileResponse>();
        var tooMany = new ReconcileResponse();
        tooMany.Records.AddRange(Enumerable.Repeat(new Record(), 1025));
        answers.Enqueue(tooMany);
        var wanted = new ReconcileResponse();
        wanted.Wanted.AddRange(Enumerable.Repeat(ByteString.CopyFrom(new byte[32]), 1025));
        answers.Enqueue(wanted);
        var overlapping = new ReconcileResponse();
        overlapping.Ranges.AddRange(Parts(4).Concat(Parts(4)));
        answers.Enqueue(overlapping);
        var ranges = new ReconcileResponse();
        ranges.Ranges.AddRange(Parts(SetReconciliation.MaxRanges + 1));
        answers.Enqueue(ranges);
        broker.Answers = (_, request) => request.AskCase == BrokerRequest.AskOneofCase.Reconcile && answers.TryDequeue(out var answer) ? new BrokerResponse { Reconcile = answer } : null;
        broker.RunUntilSlot(1);
        Assert.That(broker.Asked.Count(request => request.AskCase == BrokerRequest.AskOneofCase.Reconcile), Is.EqualTo(4), "none goes on");
        Assert.That((broker.Core.Load.Sessions, broker.Core.RecordCount, broker.Core.IsCatchingUp), Is.EqualTo((0, 0, true)));
    }

    [Test]
    public void ABrokerAskedForEverything_AnswersWithinTheBoundsOfAMessage()
    {
        var (network, broker) = Lonely();
        var records = Enumerable.Range(1, 3000).Select(i => network.OfferOf(new TestSigner($"owner-{i / 50}"), (ulong)i, Side.Ask, 800 + i)).ToArray();
        foreach (var record in records) broker.Core.OnGossip(network.Now, _worker.Id, record);
        Assert.That(broker.Core.OfferCount, Is.EqualTo(3000));

        // Lists without an id for every range: all that I have is lacking there.
        var request = new ReconcileRequest { Slot = broker.Core.CurrentSlot.Value };
        request.Ranges.AddRange(Parts(SetReconciliation.MaxRanges).Select(range => new IdRange { From = range.From, To = range.To, Ids = new IdList() }));
        var answer = Ask(network, broker, new BrokerRequest { Reconcile = request }).Reconcile;
        Assert.That(answer.Records, Has.Count.LessThanOrEqualTo(1024));
        Assert.That(answer.Ranges, Has.Count.LessThanOrEqualTo(SetReconciliation.MaxRanges));

        // Ids of nothing, as many as a message may list: no more of them are wanted than one push holds.
        var listed = new ReconcileRequest { Slot = broker.Core.CurrentSlot.Value };
        listed.Ranges.Add(Listing(20_000).Reconcile.Ranges[0]);
        Assert.That(Ask(network, broker, new BrokerRequest { Reconcile = listed }).Reconcile.Wanted, Has.Count.LessThanOrEqualTo(1024));

        var fetch = new FetchRequest();
        fetch.Ids.AddRange(records.Take(1024).Select(record => ByteString.CopyFrom(SignedRecords.IdOf(record).Value.ToArray())));
        Assert.That(Ask(network, broker, new BrokerRequest { Fetch = fetch }).CalculateSize(), Is.LessThan(3 * 1024 * 1024));
        fetch.Ids.Add(fetch.Ids[0]);
        Assert.That(Ask(network, broker, new BrokerRequest { Fetch = fetch }).Refused, Is.Not.Null);
        var push = new RecordBatch();
        push.Records.AddRange(Enumerable.Repeat(records[0], 1025));
        Assert.That(Ask(network, broker, new BrokerRequest { Push = push }).Refused, Is.Not.Null);
        Assert.That(Ask(network, broker, new BrokerRequest { Reconcile = new ReconcileRequest { Slot = long.MaxValue } }).Refused, Is.Not.Null, "another time");
    }

    [Test]
    public void AProposalThatNamesWhatIsNowhere_CostsThreeFetchesASlot()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(4);
        var slot = new Slot(5);
        var proposer = Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(slot).Peer);
        var voter = (proposer + 1) % 5;
        network.Down.Add(proposer);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        var fetches = 0;
        network.Loses = (from, _, request) =>
        {
            if (from == voter && request.AskCase == BrokerRequest.AskOneofCase.Fetch) fetches++;
            return false;
        };
        var nowhere = Enumerable.Range(0, 4096).Select(i => new RecordId(Hash256.Of(BitConverter.GetBytes(i))));
        var (ask, bid) = (network.OfferOf(_worker, 1, Side.Ask, 800), network.OfferOf(new TestSigner("scheduler"), 1, Side.Bid, 900));
        var proposal = new BrokerRequest { Proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask), new ForgedInput(bid)], nowhere) };
        while (network.Now < network.Rules.Schedule.StartOf(new Slot(6)).PlusMs(-50))
        {
            network.Brokers[voter].OnRequest(network.ClockOf(voter), network.Signers[proposer].Id, proposal);
            network.CarryOut(voter);
            network.RunUntil(network.Now.PlusMs(40));
        }

        Assert.That(fetches, Is.EqualTo(3), "however often it is shown");
    }

    [Test]
    public void AProposerThatShowsManyProposalsOfOneResult_FillsNoMemory()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(4);
        var slot = new Slot(5);
        var proposer = Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(slot).Peer);
        network.Down.Add(proposer);
        network.HasGossip = false;
        var (ask, bid) = (network.OfferOf(_worker, 1, Side.Ask, 800), network.OfferOf(new TestSigner("scheduler"), 1, Side.Bid, 900));
        network.Submit(_worker, ask);
        network.Submit(new TestSigner("scheduler"), bid);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        var target = (proposer + 1) % 5;
        // First all vote for its result, so that the result is backed; then come others that differ in an excuse.
        for (var i = 0; i < 50; i++)
        {
            var proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask), new ForgedInput(bid)], [new RecordId(Hash256.Of([(byte)i]))]);
            foreach (var voter in Enumerable.Range(0, 5).Where(voter => voter != proposer))
            {
                network.Brokers[voter].OnRequest(network.ClockOf(voter), network.Signers[proposer].Id, new BrokerRequest { Proposal = proposal });
                network.CarryOut(voter);
            }

            network.RunUntil(network.Now.PlusMs(10));
        }

        Assert.That(network.Brokers[target].Load.ProposalsOfASlot, Is.LessThanOrEqualTo(2 + 2));
    }

    private static (BrokerNetwork Network, LonelyBroker Broker) Lonely(BrokerOptions? options = null)
    {
        var network = new BrokerNetwork(5);
        return (network, new LonelyBroker(network, options));
    }

    private static BrokerResponse Ask(BrokerNetwork network, LonelyBroker broker, BrokerRequest request) =>
        broker.Core.OnRequest(network.Now, network.Signers[1].Id, request);

    private static BrokerResponse Listing(int ids) => Listing(Ids(new Random(ids), ids));

    /// <summary>One range of everything, with these ids in it.</summary>
    private static BrokerResponse Listing(IEnumerable<RecordId> ids)
    {
        var range = new IdRange { From = ByteString.CopyFrom(new byte[32]), Ids = new IdList() };
        range.Ids.Ids.AddRange(ids.Order().Select(id => ByteString.CopyFrom(id.Value.ToArray())));
        range.Count = (uint)range.Ids.Ids.Count;
        return new BrokerResponse { Reconcile = new ReconcileResponse { Ranges = { range } } };
    }

    private static RecordId[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        return new RecordId(new Hash256(bytes));
    })];

    /// <summary>Everything in so many ranges with fingerprints of nothing that exists.</summary>
    private static IEnumerable<IdRange> Parts(int parts)
    {
        for (var i = 0; i < parts; i++)
        {
            yield return new IdRange
            {
                From = Bound(i),
                To = i == parts - 1 ? ByteString.Empty : Bound(i + 1),
                Count = 40,
                Fingerprint = ByteString.CopyFrom(Enumerable.Repeat((byte)7, 32).ToArray()),
            };
        }

        ByteString Bound(int part)
        {
            var bytes = new byte[32];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, part * (int.MaxValue / (parts + 1)));
            return ByteString.CopyFrom(bytes);
        }
    }
}
