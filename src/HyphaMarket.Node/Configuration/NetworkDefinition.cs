using Google.Protobuf;

using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Configuration;

/// <summary>The rules of the network that a node belongs to, with the id that follows from them.</summary>
public sealed record NetworkDefinition
{
    /// <param name="parameters">Checked already; cloned.</param>
    public NetworkDefinition(NetworkParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters.Clone();
        // A re-parse of the canonical bytes is not needed: the generated writer emits fields ascending and leaves defaults out,
        // and the message has neither maps nor unknown fields, so its bytes are canonical.
        Id = new NetworkId(Hash256.Of(Parameters.ToByteArray()));
        Schedule = new SlotSchedule
        {
            GenesisUnixMs = Parameters.GenesisUnixMs,
            LengthMs = Parameters.SlotLengthMs,
            NetworkBoundMs = Parameters.NetworkBoundMs,
            ClockBoundMs = Parameters.ClockBoundMs,
            ActivationPairs = (int)Parameters.ActivationPairs,
        };
    }

    public NetworkParameters Parameters { get; }

    /// <summary>SHA-256 of the parameters' canonical bytes.</summary>
    public NetworkId Id { get; }

    /// <summary>The id in hexadecimal digits.</summary>
    public string IdText => Id.ToString();

    /// <summary>Which slot is when.</summary>
    public SlotSchedule Schedule { get; }
}
