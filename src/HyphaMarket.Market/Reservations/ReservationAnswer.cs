using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Reservations;

/// <summary>What a coordinator answers a user.</summary>
/// <param name="Refusal">Why not; with anything but <see cref="ReservationRefusal.None"/> nothing has happened and nothing is charged.</param>
/// <param name="Number">The reservation's number in its account, from 0; -1 where there is none.</param>
/// <param name="Charge">What the user pays to the coordinator for this.</param>
public readonly record struct ReservationAnswer(ReservationRefusal Refusal, int Number, MicroCredits Charge)
{
    internal static ReservationAnswer Refused(ReservationRefusal why, int number = -1) => new(why, number, default);
}
