using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Says whether brokers that this node accepts certified a fill.</summary>
public interface IFillVerifier
{
    /// <summary>Pure for a given set of accepted configs.</summary>
    /// <param name="certificate">As the counterparty or a broker sent it; null when it sent none.</param>
    FillVerdict Verify(FillCertificate? certificate);
}
