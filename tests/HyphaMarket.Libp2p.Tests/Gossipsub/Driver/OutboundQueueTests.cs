using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

public sealed class OutboundQueueTests
{
    private GossipsubCounters _counters = new();

    [SetUp]
    public void StartCounting() => _counters = new GossipsubCounters();

    [Test]
    public void Everything_GoesIntoOneFrame_WhereItFits()
    {
        var queue = new OutboundQueue(new GossipsubOptions(), _counters);
        queue.TryEnqueue(IHave(), SendPriority.Gossip);
        queue.TryEnqueue(Message(10), SendPriority.Message);
        queue.TryEnqueue(new Rpc { Graft = ["t"] }, SendPriority.Control);

        var frame = queue.TryTake()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((frame.IHave.Count, frame.Messages.Count, frame.Graft.Count), Is.EqualTo((1, 1, 1)));
            Assert.That(queue.TryTake(), Is.Null);
        }
    }

    [Test]
    public void ControlGoesFirst_AndGossipAfterTheLastMessage()
    {
        var queue = new OutboundQueue(new GossipsubOptions { FrameTargetBytes = 1000 }, _counters);
        queue.TryEnqueue(IHave(), SendPriority.Gossip);
        queue.TryEnqueue(Message(900), SendPriority.Message);
        queue.TryEnqueue(Message(900), SendPriority.Message);
        queue.TryEnqueue(new Rpc { Graft = ["t"] }, SendPriority.Control);

        var first = queue.TryTake()!;
        var second = queue.TryTake()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Graft.Count, first.Messages.Count, first.IHave.Count), Is.EqualTo((1, 1, 0)));
            Assert.That((second.Graft.Count, second.Messages.Count, second.IHave.Count), Is.EqualTo((0, 1, 1)));
        }
    }

    [Test]
    public void AMessageLargerThanTheTarget_HasAFrameOfItsOwn()
    {
        var queue = new OutboundQueue(new GossipsubOptions { FrameTargetBytes = 1000 }, _counters);
        queue.TryEnqueue(Message(5000), SendPriority.Message);
        queue.TryEnqueue(Message(10), SendPriority.Message);

        Assert.That(queue.TryTake()!.Messages.Single().Data.Length, Is.EqualTo(5000));
    }

    [Test]
    public void OfSeveralChangesToOneLink_TheLastIsSent()
    {
        var queue = new OutboundQueue(new GossipsubOptions(), _counters);
        queue.TryEnqueue(new Rpc { Prune = [new Prune("regrafted", 10, [])] }, SendPriority.Control);
        queue.TryEnqueue(new Rpc { Graft = ["pruned"] }, SendPriority.Control);
        queue.TryEnqueue(new Rpc { Graft = ["regrafted"] }, SendPriority.Control);
        queue.TryEnqueue(new Rpc { Prune = [new Prune("pruned", 10, [])] }, SendPriority.Control);

        var frame = queue.TryTake()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(frame.Graft, Is.EqualTo(new[] { "regrafted" }));
            Assert.That(frame.Prune.Select(prune => prune.Topic), Is.EqualTo(new[] { "pruned" }));
        }
    }

    [Test]
    public void FullQueues_RefuseAndCount_ControlLast()
    {
        var options = new GossipsubOptions { MaxQueuedMessages = 4, MaxQueuedGossip = 2, MaxQueuedControl = 3 };
        var queue = new OutboundQueue(options, _counters);
        int Accepted(Func<Rpc> make, SendPriority priority) => Enumerable.Range(0, 10).Count(_ => queue.TryEnqueue(make(), priority));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Accepted(IHave, SendPriority.Gossip), Is.EqualTo(2));
            Assert.That(Accepted(() => Message(1), SendPriority.Message), Is.EqualTo(4));
            Assert.That(Accepted(() => new Rpc { Graft = ["t"] }, SendPriority.Control), Is.EqualTo(3));
            Assert.That(_counters[GossipsubCounter.OutboundGossipDropped], Is.EqualTo(8));
            Assert.That(_counters[GossipsubCounter.OutboundMessagesDropped], Is.EqualTo(6));
        }
    }

    [Test]
    public void Bytes_AreBoundedAndFreedByTaking()
    {
        var queue = new OutboundQueue(new GossipsubOptions { MaxRpcBytes = 4096, MaxQueuedBytes = 4096, FrameTargetBytes = 100, MaxIHaveLength = 10 }, _counters);

        Assert.That(queue.TryEnqueue(Message(3000), SendPriority.Message), Is.True);
        Assert.That(queue.TryEnqueue(Message(3000), SendPriority.Message), Is.False);

        queue.TryTake();
        Assert.That(queue.TryEnqueue(Message(3000), SendPriority.Message), Is.True);
    }

    [Test]
    public void WithdrawnMessages_AreNotSent_AndTheOthersAre()
    {
        var queue = new OutboundQueue(new GossipsubOptions(), _counters);
        for (byte i = 0; i < 5; i++) queue.TryEnqueue(Message(10 + i), SendPriority.Message, Id(i));

        queue.Withdraw([Id(0), Id(2), Id(4), Id(77)]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(queue.TryTake()!.Messages.Select(message => message.Data.Length), Is.EqualTo(new[] { 11, 13 }));
            Assert.That(queue.TryTake(), Is.Null);
            Assert.That(_counters[GossipsubCounter.CopiesSpared], Is.EqualTo(3));
        }
        queue.TryEnqueue(Message(1), SendPriority.Message, Id(2));
        Assert.That(queue.TryTake(), Is.Not.Null, "only what waited was withdrawn");
    }

    [Test]
    public void Refusals_GoBeforeMessages_AndAreDroppedWhereTheyHaveNoRoom()
    {
        var queue = new OutboundQueue(new GossipsubOptions { FrameTargetBytes = 1000, MaxQueuedGossip = 2 }, _counters);
        queue.TryEnqueue(Message(2000), SendPriority.Message, Id(1));
        for (byte i = 0; i < 3; i++) queue.TryEnqueue(new Rpc { IDontWant = [Id(i)] }, SendPriority.Refusal);

        var first = queue.TryTake()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.IDontWant.Count, first.Messages.Count), Is.EqualTo((2, 0)));
            Assert.That(_counters[GossipsubCounter.OutboundGossipDropped], Is.EqualTo(1));
        }
    }

    [Test]
    public async Task AfterCompletion_WhatWaitsIsTaken_AndThenTheEndIsTold()
    {
        var queue = new OutboundQueue(new GossipsubOptions(), _counters);
        queue.TryEnqueue(Message(1), SendPriority.Message, Id(1));
        queue.Complete();

        Assert.That((await queue.TakeAsync(CancellationToken.None))!.Messages, Has.Count.EqualTo(1));
        Assert.That(await queue.TakeAsync(CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task Taking_WhenItIsToStop_EndsWithoutAnything_AndTheNextWriterTakesWhatCame()
    {
        var queue = new OutboundQueue(new GossipsubOptions(), _counters);
        using var stop = new CancellationTokenSource();
        var taking = queue.TakeAsync(stop.Token).AsTask();
        Assert.That(taking.IsCompleted, Is.False);

        await stop.CancelAsync();

        Assert.That(await taking, Is.Null);
        queue.TryEnqueue(Message(1), SendPriority.Message, Id(1));
        Assert.That(await queue.TakeAsync(stop.Token), Is.Null);
        Assert.That((await queue.TakeAsync(CancellationToken.None))!.Messages, Has.Count.EqualTo(1));
    }

    private static MessageId Id(byte id) => new([id]);

    private static Rpc Message(int bytes) => new() { Messages = [PubsubMessage.Unsigned("t", new byte[bytes])] };

    private static Rpc IHave() => new() { IHave = [new IHave("t", [new MessageId([1])])] };
}
