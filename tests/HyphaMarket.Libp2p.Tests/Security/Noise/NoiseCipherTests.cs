using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Noise;

namespace HyphaMarket.Libp2p.Tests.Security.Noise;

public sealed class NoiseCipherTests
{
    private static readonly byte[] s_key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

    private static byte[] Seal(NoiseCipher cipher, params byte[] plaintext)
    {
        var output = new byte[plaintext.Length + NoiseCipher.TagLength];
        cipher.Encrypt([], plaintext, output);
        return output;
    }

    [Test]
    public void LastNonce_IsUsedAndTheReservedOneIsNot()
    {
        using var sender = new NoiseCipher(s_key, ulong.MaxValue - 1);
        using var receiver = new NoiseCipher(s_key, ulong.MaxValue - 1);
        var last = Seal(sender, 1, 2);
        var plaintext = new byte[2];
        Assert.That(receiver.TryDecrypt([], last, plaintext), Is.True);
        Assert.That(plaintext, Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(() => Seal(sender, 3), Throws.InstanceOf<SecureChannelException>().With.Property("Reason").EqualTo(SecureChannelFailure.Exhausted));
        Assert.That(() => receiver.TryDecrypt([], last, plaintext), Throws.InstanceOf<SecureChannelException>());
    }

    [Test]
    public void ReplayedAndReorderedMessages_AreNotDecrypted()
    {
        using var sender = new NoiseCipher(s_key);
        using var receiver = new NoiseCipher(s_key);
        var first = Seal(sender, 1);
        var second = Seal(sender, 2);
        var plaintext = new byte[1];
        Assert.That(receiver.TryDecrypt([], second, plaintext), Is.False);
        Assert.That(receiver.TryDecrypt([], first, plaintext), Is.True);
        Assert.That(receiver.TryDecrypt([], first, plaintext), Is.False);
        Assert.That(receiver.TryDecrypt([], second, plaintext), Is.True);
    }

    [Test]
    public void ShorterThanATag_IsNotDecrypted()
    {
        using var receiver = new NoiseCipher(s_key);
        for (var length = 0; length < NoiseCipher.TagLength; length++) Assert.That(receiver.TryDecrypt([], new byte[length], []), Is.False);
    }
}
