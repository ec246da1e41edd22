using HyphaMarket.Node.Intake;

namespace HyphaMarket.Node.Tests.Intake;

[TestFixture]
internal sealed class PublishedTests
{
    [Test]
    public void ManyReaders_SeeWholeValuesOnly_AndNeverAnOlderOneThanBefore()
    {
        const int Values = 100_000;
        var published = new Published<long[]>(Value(0));
        var torn = 0;
        var readers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            for (var last = 0L; last < Values;)
            {
                var seen = published.Latest;
                if (seen[0] < last || Array.Exists(seen, word => word != seen[0])) Interlocked.Increment(ref torn);
                last = seen[0];
            }
        })).ToArray();
        foreach (var reader in readers) reader.Start();
        for (var i = 1; i <= Values; i++) published.Publish(Value(i));
        foreach (var reader in readers) reader.Join();
        Assert.That(torn, Is.Zero);

        static long[] Value(long number) => [number, number, number, number, number, number, number, number];
    }
}
