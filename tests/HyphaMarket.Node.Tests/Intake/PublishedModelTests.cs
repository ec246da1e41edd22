using HyphaMarket.Node.Intake;
using static HyphaMarket.Node.Tests.Intake.Interleavings;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>The steps of <see cref="Published{T}"/> in every interleaving: values of two halves, of which a reader must never see a mixture.</summary>
[TestFixture]
internal sealed class PublishedModelTests
{
    private const int Values = 3;

    // Memory: the reference, then two halves of each value; a value's number is its reference.
    private const int Reference = 0;
    private const int Number = 0, Latest = 1, Left = 2, Right = 3, Reads = 4;

    [Test]
    public void TwoReaders_SeeWholeValues_AndNeverAnOlderOneThanBefore()
    {
        var model = new Interleavings(Memory(), Writer(), Reader(), Reader());

        Assert.That(model.Explore(), Is.Null);
        Assert.That(model.States, Is.GreaterThan(1_000));
    }

    [Test]
    public void AReferenceThatIsSeenBeforeItsValue_IsFound() => Assert.That(new Interleavings(Memory(), Writer(swapIsRelease: false), Reader()).Explore(), Does.Contain("torn"));

    [Test]
    public void AValueThatIsChangedAfterItWasPublished_IsFound() => Assert.That(new Interleavings(Memory(), Writer(isReused: true), Reader()).Explore(), Does.Contain("torn"));

    private static int[] Memory() => [1, 1, 1, .. new int[2 * Values]];

    private static int HalfOf(int number, int half) => 1 + (2 * (number - 1)) + half;

    /// <summary>Makes each value whole, then swaps the reference. Value 1 is there from the start.</summary>
    private static Instruction[] Writer(bool swapIsRelease = true, bool isReused = false) =>
    [
        /* 0 */ new Compute(r => { r[Number] = r[Number] == 0 ? 2 : r[Number] + 1; return r[Number] > Values ? 4 : 1; }),
        /* 1 */ new Store(r => HalfOf(isReused ? 1 : r[Number], 0), r => r[Number], Release: false),
        /* 2 */ new Store(r => HalfOf(isReused ? 1 : r[Number], 1), r => r[Number], Release: false),
        /* 3 */ new Store(_ => Reference, r => isReused ? 1 : r[Number], swapIsRelease),
        /* 4 */ new Compute(r => r[Number] > Values ? 5 : 0),
    ];

    private static Instruction[] Reader() =>
    [
        /* 0 */ new Load(5, _ => Reference),
        /* 1 */ new Load(Left, r => HalfOf(r[5], 0)),
        /* 2 */ new Load(Right, r => HalfOf(r[5], 1)),
        /* 3 */ new Compute(r =>
        {
            if (r[Left] != r[Right] || r[Left] == 0) throw new Fault($"A torn value: {r[Left]} and {r[Right]}.");
            if (r[Left] < r[Latest]) throw new Fault("An older value than before.");
            (r[Latest], r[Reads], r[Left], r[Right], r[5]) = (r[Left], r[Reads] + 1, 0, 0, 0);
            return r[Reads] < 2 ? 0 : 4;
        }),
    ];
}
