using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>Lets all users of a market reserve and use units, again and again, and reckons the coordinator's account: steps a to k of the paper.</summary>
/// <remarks>
/// Four users at a time. Where each user meets an availability of its own, none is drawn: a user with need p uses the reservation with probability P(A &lt; p), so that one
/// random number below it stands for a draw of A below p. The order of additions is fixed, so results are equal on all machines.
/// </remarks>
/// <param name="Contract">Prices.</param>
/// <param name="Availability">Of the resource in the second period.</param>
/// <param name="Draw">For whom availability is drawn.</param>
internal sealed record SampledMarket(StudyContract Contract, Availability Availability, AvailabilityDraw Draw)
{
    /// <summary>Plays so many samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public MarketOutcome Play(UserBase users, int samples, ref LaneRandom random)
    {
        // A copy stays in registers.
        var draws = random;
        var (profit, surplus) = (0.0, 0.0);
        for (var sample = 0; sample < samples; sample++)
        {
            var totals = Draw == AvailabilityDraw.User ? EachTheirOwn(users, ref draws) : OneForAll(users, ref draws);
            profit += Profit(users.Count, totals);
            surplus += totals.Reserved - totals.Used;
        }

        random = draws;
        return new MarketOutcome(profit / samples / users.Count, surplus / samples / users.Count);
    }

    /// <summary>What the coordinator keeps of one sample: fees, premiums and exercise prices less what the units cost.</summary>
    private double Profit(int users, Totals totals)
    {
        var received = (users * Contract.Fee) + (Contract.Slope / 2 * totals.Squares) + ((1 + (Contract.Slope / 2)) * totals.Used) - (Contract.Slope * totals.DeclaredByUsed);
        // What was reserved and is not used is worth nothing; what is missing costs C.
        return received - totals.Reserved - (Contract.LaterPrice * Math.Max(0, totals.Used - totals.Reserved));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Totals EachTheirOwn(UserBase users, ref LaneRandom random)
    {
        var peak = Vector256.Create(Availability.Peak);
        // Each factor is used on its own side of the peak only, so at the ends, where the other would be infinite, nothing is used.
        var rising = Vector256.Create(Availability.Peak > 0 ? 1 / Availability.Peak : 0);
        var falling = Vector256.Create(Availability.Peak < 1 ? 1 / (1 - Availability.Peak) : 0);
        var draws = random;
        var sums = default(LaneTotals);
        ref var honesty = ref MemoryMarshal.GetReference(users.Honesty);
        ref var present = ref MemoryMarshal.GetReference(users.Present);
        var (at, end) = ((nuint)0, (nuint)users.Honesty.Length);
        for (; at < end; at += UserBase.Lanes)
        {
            draws.Next(out var need, out var chance);
            var rest = Vector256<double>.One - need;
            var probability = Vector256.ConditionalSelect(Vector256.LessThan(need, peak), need * need * rising, Vector256<double>.One - (rest * rest * falling));
            sums.Add(need * Vector256.LoadUnsafe(ref honesty, at), Vector256.LessThan(chance, probability), Vector256.LoadUnsafe(ref present, at));
        }

        random = draws;
        return sums.Sum();
    }

    private Totals OneForAll(UserBase users, ref LaneRandom random)
    {
        var availability = Vector256.Create(Availability.Quantile(random.NextFraction()));
        var sums = default(LaneTotals);
        for (var at = 0; at < users.Honesty.Length; at += UserBase.Lanes)
        {
            random.Next(out var need, out _);
            sums.Add(need * Vector256.Create(users.Honesty[at..]), Vector256.GreaterThan(need, availability), Vector256.Create(users.Present[at..]));
        }

        return sums.Sum();
    }

    /// <summary>Sums over the users of a sample.</summary>
    /// <param name="Reserved">Of what was declared: the units that the coordinator buys.</param>
    /// <param name="Squares">Of its squares.</param>
    /// <param name="Used">Reservations that were used.</param>
    /// <param name="DeclaredByUsed">Of what these had declared.</param>
    private readonly record struct Totals(double Reserved, double Squares, double Used, double DeclaredByUsed);

    /// <summary>The same of every fourth user.</summary>
    private struct LaneTotals
    {
        private Vector256<double> _reserved;
        private Vector256<double> _squares;
        private Vector256<double> _used;
        private Vector256<double> _declaredByUsed;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector256<double> declared, Vector256<double> isUsed, Vector256<double> present)
        {
            _reserved += declared;
            _squares += declared * declared;
            _used += isUsed & present;
            _declaredByUsed += isUsed & declared;
        }

        public readonly Totals Sum() => new(Sum(_reserved), Sum(_squares), Sum(_used), Sum(_declaredByUsed));

        private static double Sum(Vector256<double> lanes) => lanes[0] + lanes[1] + lanes[2] + lanes[3];
    }
}
