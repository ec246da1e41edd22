using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Machines;

/// <summary>A machine report as it was read; whether its signer may make it is another question (<see cref="MachineReports.FaultOf"/>).</summary>
/// <param name="Lease">Under which it was asked for.</param>
/// <param name="Nonce">The asker's.</param>
/// <param name="Measured">When the machine was looked at, by its own clock.</param>
/// <param name="Signed">By its own clock.</param>
public sealed record MachineReport(RecordId Lease, ReadOnlyMemory<byte> Nonce, Instant Measured, Instant Signed, MachineFacts Facts);
