using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Brokering;

// What comes in by the market's intake and not as an input of the loop.
public sealed partial class BrokerRoom
{
    /// <summary>An owner's records and bundles; the results stand in their order, records first.</summary>
    /// <param name="sent">The time by the owner's clock, where it told.</param>
    public async Task<SubmitResponse> SubmitAsync(ParticipantId from, IReadOnlyList<Record> records, IReadOnlyList<WholeBundle> bundles, Instant? sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(bundles);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        var started = Time.GetTimestamp();
        var response = await _intake.SubmitAsync(from, records, bundles, sent, either.Token);
        Count(records, bundles, response, Time.GetElapsedTime(started));
        return response;
    }

    /// <summary>The price and the depth as they were published last; waits for nothing.</summary>
    public QuoteResponse Quote(int levels) => _intake.Quote(levels);

    /// <summary>A fellow broker's question.</summary>
    public async Task<BrokerResponse> OnBrokerAsync(ParticipantId from, BrokerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.AskCase is BrokerRequest.AskOneofCase.Vote or BrokerRequest.AskOneofCase.Proposal) return await OnToldAsync(from, request, cancellationToken);
        if (request.AskCase != BrokerRequest.AskOneofCase.Push || !_intake.IsExchanged(from, request.Push.Records))
        {
            return await AskAsync(() => _broker?.OnRequest(Now, from, request) ?? Declined("I am not a broker of this market."), cancellationToken);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        BrokerResponse? answer = null;
        await _intake.ExchangeAsync(from, request.Push.Records, verified => answer = _broker?.OnRequest(Now, from, request, verified), either.Token);
        return answer ?? Declined("I have more to check than I can at this moment, or am no broker of this market.");
    }

    /// <summary>A vote or a proposal, which has to be heard in its slot: where the verifiers have no room, the loop checks it itself.</summary>
    private async Task<BrokerResponse> OnToldAsync(ParticipantId from, BrokerRequest request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        BrokerResponse? answer = null;
        if (await _intake.TellAsync(from, request.Vote ?? request.Proposal, () => answer = Answer(), either.Token)) return answer!;
        return await AskAsync(Answer, cancellationToken);

        BrokerResponse Answer() => _broker?.OnRequest(Now, from, request) ?? Declined("I am not a broker of this market.");
    }

    protected override bool Drain() => _intake.Drain(Guard);

    /// <summary>A fellow broker answered: what it sent is verified before the core hears of it.</summary>
    private async Task AnsweredAsync(MarketBroker broker, BrokerEffect.Ask ask, BrokerResponse? answer, CancellationToken stop)
    {
        IReadOnlyList<Record> records = answer?.Records?.Records ?? answer?.Reconcile?.Records ?? [];
        if (_intake.IsExchanged(ask.To, records))
        {
            if (await _intake.ExchangeAsync(ask.To, records, verified => IfMine(() => broker.OnResponse(Now, ask.Number, answer, verified)), stop)) return;
            // No room: as if it had not answered, and it is asked again.
            answer = null;
        }

        await PostAsync(() => IfMine(() => broker.OnResponse(Now, ask.Number, answer)));

        // A node that left a broker set and came back has another core.
        void IfMine(Action tell)
        {
            if (_broker == broker) tell();
        }
    }

    private async ValueTask<Validation> ValidateAsync(PeerId from, PubsubMessage message, CancellationToken cancellationToken)
    {
        if (!StrictParser.TryParse(Record.Parser, message.Data, out var record)) return Validation.Reject;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        var started = Time.GetTimestamp();
        var verdict = await _intake.GossipAsync(from.ToParticipant(), record, either.Token);
        Count(record, verdict, Time.GetElapsedTime(started));
        return verdict switch
        {
            GossipVerdict.Accept => Validation.Accept,
            GossipVerdict.Reject => Validation.Reject,
            _ => Validation.Ignore,
        };
    }

    private BrokerResponse Declined(string reason) => new() { Refused = new BrokerDecline { Reason = reason }, ResponderUnixMs = Now.UnixMs };
}
