using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Reservations;

/// <summary>
/// The account of one coordinator for one pair of periods: takes reservations of single units, buys what they lead it to expect, sells to those who use theirs, and buys
/// at the later price what is missing.
/// </summary>
/// <remarks>Nothing is created or lost: what users are charged is received, and what was received and not spent is the balance.</remarks>
public sealed class CoordinatorAccount
{
    private readonly List<(Probability Declared, bool IsExercised)> _reservations = [];

    /// <summary>The sum of all declared probabilities; at most MaxReservations million, which fits.</summary>
    private long _expectedMillionths;

    /// <exception cref="ArgumentException">The terms cannot work.</exception>
    public CoordinatorAccount(ReservationTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        terms.Validate();
        Terms = terms;
    }

    public ReservationTerms Terms { get; }

    public ReservationPhase Phase { get; private set; }

    public CoordinatorStatement Statement { get; private set; } = new(0, 0, 0, 0, default, default, default, default, default);

    /// <summary>A user reserves a unit. A user who wants several makes several reservations.</summary>
    /// <param name="declared">How likely the user says it is that the unit will be used.</param>
    /// <returns>The reservation's number, and what it costs now: fee and premium.</returns>
    public ReservationAnswer Reserve(Probability declared)
    {
        if (Phase != ReservationPhase.Reserving) return ReservationAnswer.Refused(ReservationRefusal.TooLateToReserve);
        if (_reservations.Count >= Terms.MaxReservations) return ReservationAnswer.Refused(ReservationRefusal.Full);
        var premium = Terms.Premium(declared);
        _reservations.Add((declared, false));
        _expectedMillionths += declared.Millionths;
        Statement = Statement with
        {
            Reservations = _reservations.Count,
            Fees = new MicroCredits(Statement.Fees.Value + Terms.Fee.Value),
            Premiums = new MicroCredits(Statement.Premiums.Value + premium.Value),
        };
        return new ReservationAnswer(ReservationRefusal.None, _reservations.Count - 1, new MicroCredits(Terms.Fee.Value + premium.Value));
    }

    /// <summary>Ends the first period: the coordinator buys as many units as the declared probabilities add up to, to the nearest whole one.</summary>
    /// <exception cref="InvalidOperationException">The first period is over already.</exception>
    public void BuyExpected()
    {
        Require(ReservationPhase.Reserving);
        var units = (_expectedMillionths + (Probability.Certain / 2)) / Probability.Certain;
        Statement = Statement with { UnitsBoughtEarly = units, SpentEarly = new MicroCredits(units * Terms.UnitPrice.Value) };
        Phase = ReservationPhase.Exercising;
    }

    /// <summary>A user uses a reservation.</summary>
    /// <param name="number">From <see cref="Reserve"/>.</param>
    /// <returns>What that costs: the exercise price.</returns>
    public ReservationAnswer Exercise(int number)
    {
        if (Phase == ReservationPhase.Reserving) return ReservationAnswer.Refused(ReservationRefusal.TooEarlyToExercise, number);
        if (Phase == ReservationPhase.Settled) return ReservationAnswer.Refused(ReservationRefusal.Expired, number);
        if (number < 0 || number >= _reservations.Count) return ReservationAnswer.Refused(ReservationRefusal.Unknown, number);
        var (declared, isExercised) = _reservations[number];
        if (isExercised) return ReservationAnswer.Refused(ReservationRefusal.AlreadyExercised, number);
        var price = Terms.ExercisePrice(declared);
        _reservations[number] = (declared, true);
        Statement = Statement with { Exercised = Statement.Exercised + 1, Exercises = new MicroCredits(Statement.Exercises.Value + price.Value) };
        return new ReservationAnswer(ReservationRefusal.None, number, price);
    }

    /// <summary>Ends the second period: the coordinator buys what was used beyond what it had bought. The rest of what it had is lost.</summary>
    /// <exception cref="InvalidOperationException">It is not the second period.</exception>
    public void Settle()
    {
        Require(ReservationPhase.Exercising);
        var deficit = Math.Max(0, Statement.Exercised - Statement.UnitsBoughtEarly);
        Statement = Statement with { UnitsBoughtLate = deficit, SpentLate = new MicroCredits(deficit * Terms.LaterPrice.Value) };
        Phase = ReservationPhase.Settled;
    }

    private void Require(ReservationPhase phase)
    {
        if (Phase != phase) throw new InvalidOperationException($"The account is in the phase {Phase}, and this belongs to {phase}.");
    }
}
