using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Brokering;

// What the cores want done, done.
public sealed partial class BrokerRoom
{
    /// <summary>How long a member may take to answer: what it says later is asked for again.</summary>
    private TimeSpan Deadline => TimeSpan.FromMilliseconds(Math.Clamp(2 * _rules.Schedule.LengthMs, 1_000, 10_000));

    private void CarryOut(EpochEffect effect)
    {
        switch (effect)
        {
            case EpochEffect.Append append:
                Append(append.Entry, () => _formation.OnDurable(Now, append.Number));
                break;
            case EpochEffect.Ask ask:
                InBackground(async stop =>
                {
                    var answer = await _node.Network.Rpc.CallAsync(ask.To.Peer, ask.To.Addresses, MarketProtocols.Epoch, ask.Request, EpochResponse.Parser, TimeSpan.FromSeconds(5), stop);
                    await PostAsync(() => _formation.OnResponse(Now, ask.Number, answer));
                });
                break;
            case EpochEffect.Respond respond:
                _epochRequests.Complete(respond.Request, respond.Response);
                break;
            case EpochEffect.LookUp:
                InBackground(LookUpAsync);
                break;
            case EpochEffect.Adopted adopted:
                Become(adopted.Config);
                break;
            case EpochEffect.Learned learned:
                _broker?.Learn(learned.Config);
                break;
            case EpochEffect.Drain drain:
                _broker?.Drain(drain.From);
                break;
            case EpochEffect.Warn warn:
                LogWarning(_node.NameOf(_rules.Market), warn.Detail);
                _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = "broker-sets", Market = _rules.Market.ToString(), Message = warn.Detail });
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    private void CarryOut(MarketBroker broker, BrokerEffect effect)
    {
        switch (effect)
        {
            case BrokerEffect.Append append:
                _since.Enqueue(append.Entry);
                if (_since.Count > MostSince) _since.Dequeue();
                // For this core only: a node that left a broker set and came back has another.
                Append(append.Entry, () =>
                {
                    if (_broker == broker) broker.OnDurable(Now, append.Number);
                });
                break;
            case BrokerEffect.Ask ask:
                InBackground(async stop =>
                {
                    var answer = await _node.Network.Rpc.CallAsync(ask.To, [], MarketProtocols.Broker, ask.Request, BrokerResponse.Parser, Deadline, stop);
                    await AnsweredAsync(broker, ask, answer, stop);
                });
                break;
            case BrokerEffect.Gossip gossip:
                _toGossip.Add(gossip);
                break;
            case BrokerEffect.Certified certified:
                _intake.OnCertified(certified.Slot.Id);
                _node.Prices.Note(certified.Slot);
                foreach (var watcher in _watchers.All) watcher.Offer(NoticesOf(certified.Slot, watcher));
                break;
            case BrokerEffect.Tell tell:
                foreach (var watcher in _watchers.Of(tell.Owner))
                {
                    var told = Event();
                    told.Notices.Add(tell.Notice);
                    watcher.Offer(told);
                }

                break;
            case BrokerEffect.Report report:
                OnReport(report);
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    /// <summary>A broker votes once a slot pair, and its votes matter for some pairs.</summary>
    private const int MostSince = 64;

    /// <summary>What one step of the loop made, in one task: a submission brings many records, and a task for each costs as much as the core's work on it.</summary>
    private void Gossip()
    {
        if (_toGossip.Count == 0) return;
        var gossips = _toGossip.ToArray();
        _toGossip.Clear();
        InBackground(stop => Task.WhenAll(gossips.SelectMany(gossip => gossip.Records).Select(record => _node.Network.Gossip.PublishAsync(_topic, record.ToByteArray(), _topicOptions, stop))));
    }

    private void Append(JournalEntry entry, Action durable) => Append(_node.Journal, entry, durable, _ =>
    {
        // What is not durable is not sent, and the node says that it is not ready.
    });

    private async Task LookUpAsync(CancellationToken stop)
    {
        IReadOnlyList<PeerInfo> nearest;
        try
        {
            nearest = await _node.Network.Dht.GetClosestPeersAsync(_rules.Market.ToArray(), includeSelf: true, stop);
        }
        catch (KademliaException e)
        {
            // The formation looks up again by itself; a view is told only when the lookup converged.
            LogWarning(_node.NameOf(_rules.Market), e.Message);
            return;
        }

        var members = nearest.Select(peer => Participants.ToMember(peer.Id, peer.Id == _node.Network.Host.Id ? _node.Network.Addresses : peer.Addresses)).ToArray();
        var size = _node.NetworkSize(members.Length);
        await PostAsync(() => _formation.OnView(Now, EpochView.Of(members, _size.Next(size), _node.BrokerFloor, _node.BrokerCap)));
    }

    private async Task SubscribeAsync(CancellationToken stop) =>
        _subscription = await _node.Network.Gossip.SubscribeAsync(_topic, _topicOptions, (_, _, _) => ValueTask.CompletedTask, stop);

    /// <summary>Brokers of a market keep connections among each other, so that a slot does not wait for a dial.</summary>
    private void KeepConnected(MarketBroker broker)
    {
        foreach (var member in broker.Fellows)
        {
            if (!member.Peer.TryToPeer(out var peer) || _node.Network.Host.IsConnected(peer)) continue;
            _node.Network.Rpc.Learn(peer, member.Addresses);
            InBackground(async stop =>
            {
                try
                {
                    await _node.Network.Host.ConnectAsync(peer, [], stop);
                }
                catch (DialException)
                {
                    // Tried again with the next slot pair; calls to it fail meanwhile, which the core expects.
                }
            });
        }
    }

    private WatchEvent NoticesOf(CertifiedSlot slot, Watcher watcher)
    {
        var told = Event();
        for (var i = 0; i < slot.Fills.Count; i++)
        {
            if (watcher.WantsAll || slot.Concerns(i, watcher.Owner)) told.Fills.Add(_broker!.NoticeOf(slot, i));
        }

        return told;
    }

    private void OnReport(BrokerEffect.Report report)
    {
        var name = _node.NameOf(_rules.Market);
        LogReport(name, report.Slot, report.What, report.Detail);
        Count(report);
        switch (report.What)
        {
            case BrokerReport.ClockSkewed:
                LogWarning(name, report.Detail);
                _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = "clock-skew", Market = _rules.Market.ToString(), Slot = report.Slot.Value, Message = $"This node's clock is wrong and it does not vote. {report.Detail}", Hint = "Set the clock (for example with chrony or systemd-timesyncd); voting begins again by itself." });
                break;
            case BrokerReport.Equivocation:
                LogWarning(name, report.Detail);
                _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = "equivocation", Market = _rules.Market.ToString(), Slot = report.Slot.Value, Message = report.Detail });
                break;
            case BrokerReport.Abstains or BrokerReport.AbstainedEnough:
                LogWarning(name, report.Detail);
                _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = "abstains", Market = _rules.Market.ToString(), Slot = report.Slot.Value, Message = report.Detail });
                break;
            case BrokerReport.VoteWithheld:
                _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = "vote-withheld", Market = _rules.Market.ToString(), Slot = report.Slot.Value, Message = report.Detail });
                break;
            case BrokerReport.Certified:
                _node.Tell(new NodeEvent { Event = NodeEventKind.Certified, Market = _rules.Market.ToString(), Profile = name, Slot = report.Slot.Value, Message = report.Detail });
                break;
            default:
                break;
        }
    }
}
