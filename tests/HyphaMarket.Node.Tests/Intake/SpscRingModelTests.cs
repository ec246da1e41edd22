using HyphaMarket.Node.Intake;
using static HyphaMarket.Node.Tests.Intake.Interleavings;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>The steps of <see cref="SpscRing{T}"/>, one for one, in every interleaving; and the same steps without one of its rules, which must fail.</summary>
[TestFixture]
internal sealed class SpscRingModelTests
{
    /// <summary>Two places and five items: the counters run around the ring more than twice, and it is full and empty on the way.</summary>
    private const int Places = 2, Items = 5;

    /// <summary>Memory: the places, then the two counters.</summary>
    private const int Published = Places, Taken = Places + 1;

    // Registers of the publisher: what it publishes next, and the taker's counter as it saw it. Of the taker: how many it took, the publisher's counter as it saw it,
    // and what it read.
    private const int At = 0, Seen = 1, Item = 2;

    [Test]
    public void EveryInterleaving_DeliversEveryItemOnceAndInOrder_AndEnds()
    {
        var model = new Interleavings(new int[Places + 2], Publisher(), Taker());

        Assert.That(model.Explore(), Is.Null);
        Assert.That((model.States, model.Ends), Is.GreaterThan((1_000, 0)), "it looked at something");
    }

    [Test]
    public void AnnouncingAnItem_BeforeItIsWritten_IsFound() =>
        Assert.That(new Interleavings(new int[Places + 2], Publisher(announceIsRelease: false), Taker()).Explore(), Does.Contain("instead of"));

    [Test]
    public void GivingAPlaceBack_BeforeItIsEmptied_IsFound() =>
        Assert.That(new Interleavings(new int[Places + 2], Publisher(), Taker(giveBackIsRelease: false)).Explore(), Is.Not.Null);

    [Test]
    public void GivingAPlaceBack_BeforeItIsRead_IsFound() =>
        Assert.That(new Interleavings(new int[Places + 2], Publisher(), Taker(readLast: true)).Explore(), Does.Contain("instead of"));

    [Test]
    public void ReadingAnItem_BeforeTheCounter_IsFound() =>
        Assert.That(new Interleavings(new int[Places + 2], Publisher(), Taker(readFirst: true)).Explore(), Does.Contain("instead of"));

    [Test]
    public void AFullRingThatIsNotNoticed_IsFound() =>
        Assert.That(new Interleavings(new int[Places + 2], Publisher(capacity: Places + 1), Taker()).Explore(), Is.Not.Null);

    /// <summary>TryPublish, called until all items are in.</summary>
    private static Instruction[] Publisher(bool announceIsRelease = true, int capacity = Places) =>
    [
        /* 0 */ new Compute(r => r[At] == Items ? 6 : r[At] - r[Seen] >= capacity ? 1 : 3),
        /* 1 */ new Load(Seen, _ => Taken),
        /* 2 */ new Compute(r => r[At] - r[Seen] >= capacity ? 0 : 3),
        /* 3 */ new Store(r => r[At] % Places, r => r[At] + 1, Release: false),
        /* 4 */ new Store(_ => Published, r => r[At] + 1, announceIsRelease),
        /* 5 */ new Compute(r => { r[At]++; return 0; }),
    ];

    /// <summary>TryTake, called until all items are out; an item is the number of its turn.</summary>
    private static Instruction[] Taker(bool giveBackIsRelease = true, bool readLast = false, bool readFirst = false)
    {
        Instruction read = new Load(Item, r => r[At] % Places);
        Instruction Skip(int to) => new Compute(_ => to);
        Instruction giveBack = new Store(_ => Taken, r => r[At] + 1, giveBackIsRelease);
        return
        [
            /* 0 */ new Compute(r => r[At] == Items ? 9 : 1),
            /* 1 */ readFirst ? read : Skip(2),
            /* 2 */ new Compute(r => r[At] == r[Seen] ? 3 : 5),
            /* 3 */ new Load(Seen, _ => Published),
            /* 4 */ new Compute(r => r[At] == r[Seen] ? 0 : 5),
            /* 5 */ readFirst ? Skip(6) : readLast ? giveBack : read,
            /* 6 */ readLast ? read : new Store(r => r[At] % Places, _ => 0, Release: false),
            /* 7 */ readLast ? Skip(8) : giveBack,
            /* 8 */ new Compute(r =>
            {
                if (r[Item] != r[At] + 1) throw new Fault($"The taker got {r[Item]} instead of {r[At] + 1}.");
                (r[Item], r[At]) = (0, r[At] + 1);
                return 0;
            }),
        ];
    }
}
