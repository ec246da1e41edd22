using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

// What the cores want done, done.
public sealed partial class TraderRoom
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>What a look-up may take of the deadline; it ends as soon as the peer is reached.</summary>
    private static readonly TimeSpan s_lookUp = TimeSpan.FromSeconds(3);

    /// <summary>A claim has some 10 to 30 KiB, certificate and broker set included, and relays carry 128 KiB each way.</summary>
    private static readonly Libp2p.Hosting.StreamOptions s_overRelay = new() { AllowLimited = true };

    private void CarryOut(TraderEffect effect)
    {
        switch (effect)
        {
            case TraderEffect.Append append:
                Append(_node.Journal, append.Entry, () => _orders.OnDurable(Now, append.Number), failure =>
                {
                    if (_orders.OnAppendFailed(append.Number) is { } order) FailWaiting(order, failure);
                });
                break;
            case TraderEffect.Submit submit:
                var trace = TraceOf(submit.Record);
                InBackground(async stop =>
                {
                    using var span = SubmitSpan(submit, trace);
                    var result = await SubmitAsync(submit.Market, submit.To, submit.Record, stop);
                    await PostAsync(() =>
                    {
                        _orders.OnSubmitted(Now, submit.Number, result);
                        // It is no broker (any more), or it is not there.
                        if (result is null || result.Refusal?.Reason == RefusalReason.NotBroker) Follow(submit.Market);
                    });
                });
                break;
            case TraderEffect.SubmitBundle bundle:
                InBackground(async stop =>
                {
                    var results = await SubmitAsync(bundle, stop);
                    await PostAsync(() =>
                    {
                        for (var i = 0; i < bundle.Numbers.Count; i++) _orders.OnSubmitted(Now, bundle.Numbers[i], results?[i]);
                        if (results is null || results.Any(result => result.Refusal?.Reason == RefusalReason.NotBroker)) Follow(bundle.Market);
                    });
                });
                break;
            case TraderEffect.FindBrokers find:
                InBackground(async stop =>
                {
                    var config = await _node.Brokers.FindAsync(find.Market, stop);
                    await PostAsync(() =>
                    {
                        if (config is null) _orders.OnNoConfig(Now, find.Market);
                        else Know(config);
                    });
                });
                break;
            case TraderEffect.Placed placed:
                _settlement.OnOwnOffer(Now, placed.Order.Offer);
                if (_node.Brokers.Known(placed.Order.Offer.Market) is { } known) Watch(known);
                Save(placed.Order);
                break;
            case TraderEffect.Withdrawn withdrawn:
                _settlement.OnOwnOfferGone(withdrawn.Order.Offer.Id, SignedRecords.IdOf(withdrawn.Order.Cancel!));
                break;
            case TraderEffect.Changed changed:
                OnChanged(changed.Order);
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    private void CarryOut(SettlementEffect effect)
    {
        switch (effect)
        {
            case SettlementEffect.Append append:
                Append(_node.Journal, append.Entry, () => _settlement.OnDurable(append.Number), _ => _settlement.OnAppendFailed());
                break;
            case SettlementEffect.Forget:
                // "Deleting them is optional": the journal only grows; old entries are skipped when they are read back.
                break;
            case SettlementEffect.Respond respond:
                _settleRequests.Complete(respond.RequestId, respond.Response);
                break;
            case SettlementEffect.RespondLease respond:
                _leaseRequests.Complete(respond.RequestId, respond.Response);
                break;
            case SettlementEffect.AskSeller ask:
                _streams.Remove(ask.Match, out var open);
                var match = TraceOf(ask.Match);
                InBackground(async stop =>
                {
                    using var span = SettleSpan(ask, match);
                    await AskSellerAsync(ask, open, stop);
                });
                break;
            case SettlementEffect.AskCounterparty ask:
                InBackground(async stop =>
                {
                    var answer = await _node.Network.Rpc.CallAsync(ask.Counterparty, ask.Addresses, MarketProtocols.Lease, ask.Request, LeaseResponse.Parser, Deadline, stop, overRelay: true);
                    await PostAsync(() =>
                    {
                        if (answer is null) _settlement.Leases.OnUnreachable(Now, ask.Ask);
                        else _settlement.Leases.OnAnswer(Now, ask.Ask, answer);
                    });
                });
                break;
            case SettlementEffect.Publish publish:
                InBackground(stop => PublishAsync(publish.Market, publish.Record, stop));
                break;
            case SettlementEffect.Raise raise:
                OnRaised(raise.Event);
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    private async Task<SubmitResult?> SubmitAsync(MarketId market, EpochMember to, Record record, CancellationToken stop)
    {
        var request = new SubmitRequest { Network = ByteString.CopyFrom(_node.NetworkId.Value.ToArray()), Market = ByteString.CopyFrom(market.ToArray()), SenderUnixMs = Now.UnixMs };
        request.Records.Add(record);
        var response = await _node.Network.Rpc.CallAsync(to.Peer, to.Addresses, MarketProtocols.Offer, request, SubmitResponse.Parser, Deadline, stop);
        return response?.Results.Count == 1 ? response.Results[0] : null;
    }

    private async Task<IReadOnlyList<SubmitResult>?> SubmitAsync(TraderEffect.SubmitBundle bundle, CancellationToken stop)
    {
        var request = new SubmitRequest { Network = ByteString.CopyFrom(_node.NetworkId.Value.ToArray()), Market = ByteString.CopyFrom(bundle.Market.ToArray()), SenderUnixMs = Now.UnixMs };
        request.Bundles.Add(bundle.Bundle);
        var response = await _node.Network.Rpc.CallAsync(bundle.To.Peer, bundle.To.Addresses, MarketProtocols.Offer, request, SubmitResponse.Parser, Deadline, stop);
        return response?.Results.Count == bundle.Numbers.Count ? response.Results : null;
    }

    private async Task AskSellerAsync(SettlementEffect.AskSeller ask, SettleStream? open, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Deadline);
        SettleResponse? answer = null;
        try
        {
            open ??= new SettleStream(await OpenAsync(ask.Seller, ask.Addresses, deadline.Token));
            answer = await open.AskAsync(ask.Request, deadline.Token);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidProtocolBufferException or OperationCanceledException or KademliaException && !stop.IsCancellationRequested)
        {
            LogHappened("seller not reached", $"{ask.Seller.ToText()}: {e.Message}");
        }

        var goesOn = answer?.StepCase == SettleResponse.StepOneofCase.Accepted;
        if (!goesOn) open?.Close();
        await PostAsync(() =>
        {
            if (goesOn && !_streams.TryAdd(ask.Match, open!)) open!.Close();
            if (answer is null) _settlement.Scheduler.OnUnreachable(Now, ask.Match, ask.Attempt);
            else _settlement.Scheduler.OnAnswer(Now, ask.Match, ask.Attempt, answer);
        });
    }

    /// <summary>"Addresses in its signed offer, else the DHT." Over a relay where there is no direct way yet: the deadline does not wait for a hole punch.</summary>
    private async Task<Libp2p.Hosting.PeerStream> OpenAsync(ParticipantId seller, IReadOnlyList<ReadOnlyMemory<byte>> addresses, CancellationToken stop)
    {
        if (!seller.TryToPeer(out var peer)) throw new InvalidDataException("The seller's name is no peer id.");
        var host = _node.Network.Host;
        // An offer made before its owner knew that it is behind a NAT leads into a private network, and so into a dial without an answer; by now the DHT may know better.
        if (!host.IsConnected(peer) && MarketAddresses.ArePrivate(addresses.ToAddresses())) await LookUpAsync(peer, stop);
        _node.Network.Rpc.Learn(peer, addresses);
        try
        {
            return await host.OpenStreamAsync(peer, [MarketProtocols.Settle], s_overRelay, stop);
        }
        catch (Libp2p.Hosting.DialException)
        {
            await LookUpAsync(peer, stop);
            return await host.OpenStreamAsync(peer, [MarketProtocols.Settle], s_overRelay, stop);
        }
    }

    /// <summary>Has the DHT look for a peer and connect with it. Where that fails, the dial that follows says why.</summary>
    private async Task LookUpAsync(PeerId peer, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_lookUp);
        try
        {
            await _node.Network.Dht.FindPeerAsync(peer, patience.Token);
        }
        catch (Exception e) when (e is KademliaException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            LogHappened("seller not found", $"{peer}: {e.Message}");
        }
    }

    /// <summary>Gives a settlement record to every broker; those that know no certificate of it yet are asked again for a while.</summary>
    private async Task PublishAsync(MarketId market, Record record, CancellationToken stop)
    {
        if (await _node.Brokers.FindAsync(market, stop) is not { } config) return;
        await Task.WhenAll(config.Members.Select(async member =>
        {
            for (var attempt = 0; attempt < 4; attempt++)
            {
                if (await SubmitAsync(market, member, record, stop) is { Receipt: not null }) return;
                await Task.Delay(TimeSpan.FromMilliseconds(_node.Schedule.LengthMs / 2), Time, stop);
            }
        }));
    }
}
