using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>One real broker whose fellow brokers are the test: each request is answered as the test says, at once.</summary>
internal sealed class LonelyBroker
{
    private readonly BrokerNetwork _network;

    public LonelyBroker(BrokerNetwork network, BrokerOptions? options = null)
    {
        _network = network;
        Core = new MarketBroker(network.Rules, network.Config, options ?? new BrokerOptions(), network.Signers[0], new TestVerifier());
    }

    public MarketBroker Core { get; }

    /// <summary>Requests that it made.</summary>
    public List<BrokerRequest> Asked { get; } = [];

    /// <summary>What the member answers; null for nothing in time.</summary>
    public Func<int, BrokerRequest, BrokerResponse?> Answers { get; set; } = (_, _) => new BrokerResponse { Done = new Done() };

    /// <summary>What it was seen to hold at most.</summary>
    public BrokerLoad? Heaviest { get; private set; }

    /// <summary>Lets time pass, a tenth of a slot at a time.</summary>
    public void RunUntilSlot(long slot, Action<Instant>? each = null)
    {
        for (var at = _network.Rules.Schedule.StartOf(Core.CurrentSlot); at < _network.Rules.Schedule.StartOf(new Slot(slot)); at = at.PlusMs(_network.Rules.Schedule.LengthMs / 10))
        {
            Core.OnTimer(at);
            each?.Invoke(at);
            Drain(at);
        }
    }

    public void Drain(Instant now)
    {
        Note();
        while (Core.TryTake(out var effect))
        {
            if (effect is BrokerEffect.Append append) Core.OnDurable(now, append.Number);
            if (effect is not BrokerEffect.Ask ask) continue;
            Asked.Add(ask.Request);
            var answer = Answers(Array.FindIndex(_network.Signers, signer => signer.Id == ask.To), ask.Request);
            if (answer is not null) answer.ResponderUnixMs = now.UnixMs;
            Core.OnResponse(now, ask.Number, answer is null ? null : BrokerResponse.Parser.ParseFrom(answer.ToByteArray()));
            Note();
        }
    }

    private void Note()
    {
        var load = Core.Load;
        if (Heaviest is null || load.NamedIds >= Heaviest.NamedIds) Heaviest = load;
    }
}
