using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Intake;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>Records from connections through verifiers and rings into a broker's core.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class MarketIntakeTests
{
    private readonly TestKeys _owner = new("worker");

    [Test]
    public async Task ASignedOffer_GetsAReceipt_AndItsSignatureIsCheckedOnce_OutsideTheLoop(CancellationToken stop)
    {
        var market = new TestMarket();
        await using var node = new TestIntake(market);
        var offer = market.OfferOf(_owner, 1);

        var result = (await node.Intake.SubmitAsync(_owner.Id, [offer], [], null, stop)).Results.Single();

        var receipt = OfferReceiptBody.Parser.ParseFrom(result.Receipt.Body);
        Assert.That(receipt.Record.ToByteArray(), Is.EqualTo(SignedRecords.IdOf(offer).Value.ToArray()));
        Assert.That(SignedRecords.VerifySignature(market.Rules.Network, result.Receipt, market.Signer.Id, new TestKeys.Verifier()), Is.True);
        Assert.That((node.Signatures.Checks, node.CoreSignatures.Checks), Is.EqualTo((1, 0)));
        Assert.That(node.Effects.OfType<BrokerEffect.Gossip>().Single().Records.Single(), Is.EqualTo(offer));
    }

    [Test]
    public async Task ACopyOfWhatIsKnown_CostsNoSecondCheck(CancellationToken stop)
    {
        var market = new TestMarket();
        await using var node = new TestIntake(market);
        var offer = market.OfferOf(_owner, 1);
        await node.Intake.SubmitAsync(_owner.Id, [offer], [], null, stop);

        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [offer.Clone()], [], null, stop)).Results.Single().Receipt, Is.Not.Null);
        Assert.That(await node.Intake.GossipAsync(_owner.Id, offer.Clone(), stop), Is.EqualTo(GossipVerdict.Ignore));
        // Another signature over the same body is the same record, whatever it is worth.
        var forged = offer.Clone();
        forged.Signature = ByteString.CopyFrom(new byte[64]);
        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [forged], [], null, stop)).Results.Single().Receipt, Is.Not.Null);
        Assert.That(node.Signatures.Checks, Is.EqualTo(1));
    }

    [Test]
    public async Task AForgery_IsRefused_AndDoesNotBlockTheOwner(CancellationToken stop)
    {
        var market = new TestMarket();
        await using var node = new TestIntake(market);
        var offer = market.OfferOf(_owner, 1);
        var stranger = new TestKeys("stranger");
        var forged = SignedRecords.Sign(market.Rules.Network, RecordKind.Offer, offer.Body, stranger);

        Assert.That((await node.Intake.SubmitAsync(stranger.Id, [forged], [], null, stop)).Results.Single().Refusal.Reason, Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(await node.Intake.GossipAsync(stranger.Id, forged, stop), Is.EqualTo(GossipVerdict.Reject));
        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [offer], [], null, stop)).Results.Single().Receipt, Is.Not.Null);
    }

    [Test]
    public async Task WhatACheaperCheckRefuses_ReachesNoVerifier(CancellationToken stop)
    {
        var market = new TestMarket(rules => rules with { WorkBits = 6 });
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 1, RecordsPerSecond = 1, RecordBurst = 6 });
        var lazy = market.OfferOf(_owner, 1);
        while (ProofOfWork.BitsOf(SignedRecords.IdOf(lazy).Value, lazy.WorkNonce) >= 6) lazy.WorkNonce++;
        var garbage = new Record { Kind = RecordKind.Offer, Body = ByteString.CopyFromUtf8("?") };

        var refused = await node.Intake.SubmitAsync(_owner.Id, [garbage, lazy, market.OfferOf(_owner, 2, price: 0), market.OfferOf(_owner, 3, shift: -10)], [], null, stop);
        Assert.That(
            refused.Results.Select(result => result.Refusal?.Reason),
            Is.EqualTo(new RefusalReason?[] { RefusalReason.Malformed, RefusalReason.InsufficientWork, RefusalReason.PriceRange, RefusalReason.OutsideSlotWindow }));
        Assert.That(node.Signatures.Checks + node.CoreSignatures.Checks, Is.Zero);

        var many = await node.Intake.SubmitAsync(_owner.Id, [.. Enumerable.Range(10, 20).Select(i => market.OfferOf(_owner, (ulong)i))], [], null, stop);
        Assert.That(many.Results.Count(result => result.Refusal?.Reason == RefusalReason.RateLimited), Is.EqualTo(17), "six records at once, three of which were spent: what cannot be read is not counted");
        Assert.That(many.Results.Where(result => result.Refusal is not null).Select(result => result.Refusal.RetryAfterMs), Is.All.GreaterThan(0u));
        Assert.That(node.Signatures.Checks, Is.EqualTo(3));
    }

    [Test]
    public async Task AnOldOfferThatIsKnown_IsAnsweredAsKnown_WhateverItsWindow(CancellationToken stop)
    {
        var market = new TestMarket();
        // Without places for what is known, so that the core has to say it.
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 1, KnownGood = 1 });
        var offer = market.OfferOf(_owner, 1);
        await node.Intake.SubmitAsync(_owner.Id, [offer, .. Enumerable.Range(2, 8).Select(i => market.OfferOf(_owner, (ulong)i))], [], null, stop);
        market.Now = market.Now.PlusMs(20_000);
        await node.InLoopAsync(() => node.Core.OnTimer(market.Now));

        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [offer], [], null, stop)).Results.Single().Receipt, Is.Not.Null);
        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [market.OfferOf(_owner, 77, shift: -20)], [], null, stop)).Results.Single().Refusal.Reason, Is.EqualTo(RefusalReason.OutsideSlotWindow));
    }

    [Test]
    public async Task AWholeBundle_IsOneCheck_AndItsOffersGoOnLikeOthers(CancellationToken stop)
    {
        var market = new TestMarket(rules => rules with { WorkBits = 2 });
        await using var node = new TestIntake(market);
        await using var other = new TestIntake(market);

        var response = await node.Intake.SubmitAsync(_owner.Id, [market.OfferOf(_owner, 100)], [market.BundleOf(_owner, 37)], null, stop);
        Assert.That(response.Results.Select(result => result.Refusal?.Detail), Is.All.Null);
        Assert.That(response.Results, Has.Count.EqualTo(38));
        Assert.That(node.Signatures.Checks, Is.EqualTo(2));
        Assert.That(node.Core.OfferCount, Is.EqualTo(38));

        // Each goes its own way from here: by gossip with its path, and out of the replica.
        var gossips = node.Effects.OfType<BrokerEffect.Gossip>().ToArray();
        Assert.That(gossips.Select(gossip => gossip.Records.Count()), Is.EqualTo(new[] { 1, 37 }), "one effect for a bundle");
        var spread = gossips.SelectMany(gossip => gossip.Records).ToArray();
        foreach (var record in spread) Assert.That(await other.Intake.GossipAsync(_owner.Id, Record.Parser.ParseFrom(record.ToByteArray()), stop), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(other.Core.RecordsAt(market.Rules.Schedule.SlotAt(market.Now)), Is.EqualTo(node.Core.RecordsAt(market.Rules.Schedule.SlotAt(market.Now))));
    }

    [Test]
    public async Task EachReceipt_IsOfTheRecordAtItsPlace(CancellationToken stop)
    {
        var market = new TestMarket();
        // Without places for what is known, so that the core has to say it.
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 2, KnownGood = 1, RecordsPerSecond = 1_000_000, RecordBurst = 1_000_000 });
        var old = market.OfferOf(_owner, 1);
        await node.Intake.SubmitAsync(_owner.Id, [old, .. Enumerable.Range(2, 8).Select(i => market.OfferOf(_owner, (ulong)i))], [], null, stop);
        market.Now = market.Now.PlusMs(20_000);
        await node.InLoopAsync(() => node.Core.OnTimer(market.Now));

        var (stranger, unknownKind) = (new TestKeys("stranger"), market.OfferOf(_owner, 40));
        unknownKind.Kind = (RecordKind)99;
        var fine = market.OfferOf(_owner, 20);
        var records = new[] { fine, market.OfferOf(_owner, 21, price: 0), unknownKind, old, market.CancelOf(_owner, fine), SignedRecords.Sign(market.Rules.Network, RecordKind.Offer, market.BodyOf(_owner, 22), stranger) };
        var (wrong, bundle) = (market.BundleOf(_owner, 3, first: 50), market.BundleOf(_owner, 4, first: 60));
        wrong.Signature = ByteString.CopyFrom(new byte[64]);
        var empty = new WholeBundle { Kind = RecordKind.Offer };

        var results = (await node.Intake.SubmitAsync(_owner.Id, records, [wrong, empty, bundle], null, stop)).Results;

        var ids = results.Select(result => result.Receipt is { } receipt ? OfferReceiptBody.Parser.ParseFrom(receipt.Body).Record : null);
        var bundled = bundle.Bodies.Select(body => (ByteString?)SignedRecords.IdOf(RecordKind.Offer, body.Span).Value.ToByteString());
        Assert.That(ids, Is.EqualTo(new[] { IdOf(fine), null, null, IdOf(old), IdOf(records[4]), null, null, null, null, null }.Concat(bundled)));

        static ByteString IdOf(Record record) => SignedRecords.IdOf(record).Value.ToByteString();
    }

    [Test]
    public async Task AMessage_IsKeptByNobody_WhenItsBundleWasSentOn_AndNotByACopyOfIt(CancellationToken stop)
    {
        var market = new TestMarket();
        // So few places that nearly all are pushed out, and a copy would be remembered in their place.
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 2, KnownGood = 4, RecordsPerSecond = 1_000_000, RecordBurst = 1_000_000 });
        var bundle = market.BundleOf(_owner, 64);
        var messages = new List<WeakReference>();
        for (var copy = 0; copy < 3; copy++)
        {
            messages.Add(await SendAsync());
            // Sent on: each of them has bytes of its own now.
            await node.InLoopAsync(() => Assert.That(node.Effects.OfType<BrokerEffect.Gossip>().SelectMany(gossip => gossip.Records).Count(), Is.EqualTo(64)));
        }

        // What the verifiers did last is on their stacks until they do something else, such as refusing forgeries.
        var stranger = new TestKeys("stranger");
        await node.Intake.SubmitAsync(_owner.Id, [.. Enumerable.Range(100, 8).Select(i => SignedRecords.Sign(market.Rules.Network, RecordKind.Offer, market.BodyOf(_owner, (ulong)i), stranger))], [], null, stop);
        Assert.That(() => { GC.Collect(); return messages.Count(message => message.IsAlive); }, Is.Zero.After(20_000, 50));
        Assert.That(node.Core.OfferCount, Is.EqualTo(64));

        async Task<WeakReference> SendAsync()
        {
            var message = new SubmitRequest { Bundles = { bundle } }.ToByteArray();
            var results = (await node.Intake.SubmitAsync(_owner.Id, [], SubmitRequestReader.Read(message, 64, 1_024).Bundles, null, stop)).Results;
            Assert.That(results.Select(result => result.Receipt), Is.All.Not.Null.And.Exactly(64).Items);
            return new WeakReference(message);
        }
    }

    [Test]
    public async Task AWrongBundle_IsRefusedWhole(CancellationToken stop)
    {
        var market = new TestMarket(rules => rules with { WorkBits = 4 });
        await using var node = new TestIntake(market);
        var valid = market.BundleOf(_owner, 5);
        var stranger = new TestKeys("stranger");
        var cases = new (WholeBundle Bundle, RefusalReason Reason)[]
        {
            (Change(valid, bundle => bundle.Signature = ByteString.CopyFrom(new byte[64])), RefusalReason.BadSignature),
            (Change(valid, bundle => bundle.Bodies[3] = market.BodyOf(_owner, 99)), RefusalReason.BadSignature),
            (Change(valid, bundle => bundle.Bodies.Add(market.BodyOf(_owner, 99))), RefusalReason.Malformed),
            (Change(valid, bundle => bundle.Bodies.RemoveAt(4)), RefusalReason.Malformed),
            (Change(valid, bundle => bundle.Kind = RecordKind.Cancel), RefusalReason.Malformed),
            (Change(valid, bundle => bundle.Bundle = ByteString.CopyFromUtf8("?")), RefusalReason.Malformed),
            (Change(valid, bundle => { do bundle.WorkNonce++; while (ProofOfWork.BitsOf(Bundles.IdOf(bundle.Bundle), bundle.WorkNonce) >= 7); }), RefusalReason.InsufficientWork),
            (market.BundleOf(stranger, 3, body: sequence => market.BodyOf(_owner, sequence)), RefusalReason.BadSignature),
            (market.BundleOf(_owner, 3, body: sequence => market.BodyOf(_owner, sequence, price: sequence == 2 ? 0 : 800)), RefusalReason.PriceRange),
        };
        foreach (var (bundle, reason) in cases)
        {
            var results = (await node.Intake.SubmitAsync(_owner.Id, [], [bundle], null, stop)).Results;
            Assert.That(results.Select(result => result.Refusal?.Reason), Is.All.EqualTo(reason).And.Exactly(bundle.Bodies.Count).Items);
        }

        Assert.That(node.Core.OfferCount, Is.Zero);

        static WholeBundle Change(WholeBundle bundle, Action<WholeBundle> change)
        {
            var changed = bundle.Clone();
            change(changed);
            return changed;
        }
    }

    [Test]
    public async Task ACancelWithItsReplacement_IsVerifiedWhole_AndRefusedWholeToItsOwner(CancellationToken stop)
    {
        var market = new TestMarket();
        await using var node = new TestIntake(market);
        var (first, second) = (market.OfferOf(_owner, 1), market.OfferOf(_owner, 2));
        await node.Intake.SubmitAsync(_owner.Id, [first], [], null, stop);
        var forged = second.Clone();
        forged.Signature = ByteString.CopyFrom(new byte[64]);

        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [market.CancelOf(_owner, first, forged)], [], null, stop)).Results.Single().Refusal.Reason, Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(node.Core.StandingOf(OfferOf(first), market.Rules.Schedule.SlotAt(market.Now)).Free, Is.EqualTo(1));
        Assert.That((await node.Intake.SubmitAsync(_owner.Id, [market.CancelOf(_owner, first, second)], [], null, stop)).Results.Single().Receipt, Is.Not.Null);
        Assert.That(node.Core.OfferCount, Is.EqualTo(2));
        Assert.That(node.CoreSignatures.Checks, Is.Zero);
    }

    [Test]
    public async Task ALoopThatIsStuck_LeavesQuotesAndRefusalsAsTheyWere(CancellationToken stop)
    {
        var market = new TestMarket();
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 1, RingSize = 4, QuoteEveryMs = 1, RecordBurst = 1_000_000 });
        await node.Intake.SubmitAsync(_owner.Id, [market.OfferOf(_owner, 1)], [], null, stop);
        await node.InLoopAsync(() => market.Now = market.Now.PlusMs(50));
        await node.InLoopAsync(() => { });
        node.StopLoop();

        // Eight in a ring of four: those that find it full are told so at once, and when to come again.
        var waiting = Enumerable.Range(2, 8).Select(i => node.Intake.SubmitAsync(new TestKeys($"owner {i}").Id, [market.OfferOf(new TestKeys($"owner {i}"), 1)], [], null, stop)).ToList();
        for (var refused = 0; refused < 4; refused++)
        {
            var answered = await Task.WhenAny(waiting);
            waiting.Remove(answered);
            var refusal = (await answered).Results.Single().Refusal;
            Assert.That((refusal.Reason, refusal.RetryAfterMs), Is.EqualTo((RefusalReason.RateLimited, 250u)));
        }

        Assert.That(QuoteBody.Parser.ParseFrom(node.Intake.Quote(10).Quote.Body).AskUnits, Is.EqualTo(1), "as it was before");
        node.GoOn();
        foreach (var taken in await Task.WhenAll(waiting)) Assert.That(taken.Results.Single().Receipt, Is.Not.Null);
        Assert.That(node.Core.OfferCount, Is.EqualTo(5));
    }

    [Test]
    public async Task AQuote_IsSignedOnceForItsPicture(CancellationToken stop)
    {
        var market = new TestMarket();
        await using var node = new TestIntake(market);
        await node.Intake.SubmitAsync(_owner.Id, [market.OfferOf(_owner, 1), market.OfferOf(_owner, 2, price: 900)], [], null, stop);
        await node.InLoopAsync(() => market.Now = market.Now.PlusMs(50));
        await node.InLoopAsync(() => { });

        var quote = node.Intake.Quote(1).Quote;
        Assert.That(node.Intake.Quote(1).Quote, Is.SameAs(quote));
        var body = QuoteBody.Parser.ParseFrom(quote.Body);
        Assert.That((body.Asks.Count, body.AskUnits, body.BestAsk.PriceMicros), Is.EqualTo((1, 2ul, 800L)));
        Assert.That(SignedRecords.VerifySignature(market.Rules.Network, quote, market.Signer.Id, new TestKeys.Verifier()), Is.True);
        Assert.That(quote, Is.EqualTo(SignedRecords.Sign(market.Rules.Network, RecordKind.Quote, node.Core.TakePicture(new(body.UnixMs)).ToBody(1), market.Signer)), "the loop's own quote");
    }

    [Test]
    public async Task ANodeThatIsNoBroker_SaysSo(CancellationToken stop)
    {
        var market = new TestMarket();
        using var pool = new VerifierPool(new IntakeOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger<VerifierPool>.Instance);
        var intake = new MarketIntake(market.Rules, market.Signer, new TestKeys.Verifier(), pool, () => market.Now, () => { });
        intake.Publish(null, market.Config);

        var results = (await intake.SubmitAsync(_owner.Id, [market.OfferOf(_owner, 1)], [market.BundleOf(_owner, 2)], null, stop)).Results;
        Assert.That(results.Select(result => result.Refusal.Reason), Is.All.EqualTo(RefusalReason.NotBroker).And.Exactly(3).Items);
        Assert.That(results[0].Refusal.Brokers.Single().Peer.ToByteArray(), Is.EqualTo(market.Signer.Id.ToArray()));
        Assert.That(intake.Quote(5).Refusal.Reason, Is.EqualTo(RefusalReason.NotBroker));
        Assert.That(await intake.GossipAsync(_owner.Id, market.OfferOf(_owner, 1), stop), Is.EqualTo(GossipVerdict.Ignore));
    }

    private static Market.Ids.OfferId OfferOf(Record record) => new(SignedRecords.IdOf(record).Value);
}
