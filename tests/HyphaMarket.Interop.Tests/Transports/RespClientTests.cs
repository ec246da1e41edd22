using System.Text;
using HyphaMarket.TransportInterop;

namespace HyphaMarket.Interop.Tests.Transports;

[CancelAfter(60_000)]
public sealed class RespClientTests
{
    [Test]
    public async Task Pop_ReadsTheValue_AndSendsTheCommandAsRedisReadsIt(CancellationToken cancellationToken)
    {
        var stream = new CannedStream("*2\r\n$1\r\nk\r\n$5\r\nvalue\r\n");
        await using var client = new RespClient(stream);
        Assert.That(await client.PopAsync("k", TimeSpan.FromSeconds(1.5), cancellationToken), Is.EqualTo("value"));
        Assert.That(stream.Written, Is.EqualTo("*3\r\n$5\r\nBLPOP\r\n$1\r\nk\r\n$1\r\n2\r\n"));
    }

    [Test]
    public async Task Push_SendsTheCommandAsRedisReadsIt(CancellationToken cancellationToken)
    {
        var stream = new CannedStream(":1\r\n");
        await using var client = new RespClient(stream);
        await client.PushAsync("k", "value", cancellationToken);
        Assert.That(stream.Written, Is.EqualTo("*3\r\n$5\r\nRPUSH\r\n$1\r\nk\r\n$5\r\nvalue\r\n"));
    }

    [TestCase("*-1\r\n", typeof(TimeoutException))]
    [TestCase("-ERR no\r\n", typeof(InvalidDataException))]
    [TestCase("*3\r\n", typeof(InvalidDataException))]
    [TestCase("*2\r\n$-1\r\n", typeof(InvalidDataException))]
    [TestCase("*2\r\n$1000000000\r\n", typeof(InvalidDataException))]
    [TestCase("*2\r\n$1\r\nkk\r\n", typeof(InvalidDataException))]
    [TestCase(":1\r\n", typeof(InvalidDataException))]
    [TestCase("HTTP/1.1 400 Bad Request\r\n", typeof(InvalidDataException))]
    [TestCase("*2\r\n$1\r\nk\r\n$5\r\nva", typeof(EndOfStreamException))]
    [TestCase("", typeof(EndOfStreamException))]
    public async Task Pop_OfAWrongAnswer_IsAnError(string answer, Type expected)
    {
        await using var client = new RespClient(new CannedStream(answer));
        Assert.That(async () => await client.PopAsync("k", TimeSpan.FromSeconds(1), default), Throws.TypeOf(expected));
    }

    [Test]
    public async Task EndlessLine_IsRefused()
    {
        await using var client = new RespClient(new CannedStream(new string('*', 10_000)));
        Assert.That(async () => await client.PopAsync("k", TimeSpan.FromSeconds(1), default), Throws.TypeOf<InvalidDataException>().With.Message.Contains("512"));
    }

    private sealed class CannedStream(string answer) : MemoryStream(Encoding.ASCII.GetBytes(answer), writable: false)
    {
        private readonly MemoryStream _written = new();

        public string Written => Encoding.ASCII.GetString(_written.ToArray());

        public override bool CanWrite => true;

        // Not to be able to seek is what tells a buffer above that reading and writing are apart, as on a socket.
        public override bool CanSeek => false;

        public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => _written.Write(buffer);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _written.WriteAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _written.WriteAsync(buffer, cancellationToken);
    }
}
