using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>One party's part of a fill.</summary>
/// <param name="Price">Paid or got per minute and unit.</param>
/// <param name="Limit">The offer's limit, as the brokers saw it.</param>
/// <param name="LastSlot">The offer's.</param>
public readonly record struct FillLeg(OfferId Offer, ParticipantId Owner, MicroCredits Price, MicroCredits Limit, Slot LastSlot);
