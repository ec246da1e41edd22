using System.Buffers.Binary;
using System.Text;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Gossipsub;

/// <summary>Messages for tests of the router, which looks at the form of a signature and leaves its truth to the driver.</summary>
internal static class TestMessages
{
    public static PubsubMessage Signed(PeerId author, long sequence, string topic = "t", string data = "data")
    {
        var number = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, sequence);
        return PubsubMessage.Create(topic, Encoding.UTF8.GetBytes(data), author.Bytes, number, new byte[64], null);
    }
}
