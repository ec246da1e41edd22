namespace HyphaMarket.Wire.Tests.Codec;

public sealed class PlainTextTests
{
    [Test]
    public void Text_ThatATerminalWouldObey_IsShownAsQuestionMarks()
    {
        // Not cases of their own: their names would be printed.
        (string Text, string Plain)[] cases =
        [
            ("The worker is in another network.", "The worker is in another network."),
            ("Größe: 4 × 80 GiB ✓ \U0001F600", "Größe: 4 × 80 GiB ✓ \U0001F600"),
            ("\u001b[2J\u001b[HVERDICT  fits", "?[2J?[HVERDICT  fits"),
            ("none\r\nVERDICT  fits", "none??VERDICT  fits"),
            ("\u202etif\u2066\u200b", "?tif??"),
            ("\u009b31m\u0007\u007f", "?31m??"),
            ("a\u2028b\u2029c\ue000d", "a?b?c?d"),
            ("", ""),
        ];
        foreach (var (text, plain) in cases)
        {
            Assert.That(PlainText.Of(text), Is.EqualTo(plain));
            Assert.That(PlainText.IsPlain(text), Is.EqualTo(text == plain), plain);
            Assert.That(PlainText.IsPlain(plain), plain);
        }
    }

    [Test]
    public void Lines_StayWhereTheyAreWanted_AndNothingElse() => Assert.That(PlainText.Of("a\nb\rc\u001b", lines: true), Is.EqualTo("a\nb?c?"));

    [Test]
    public void Sentence_IsCut()
    {
        Assert.That(PlainText.Cut(new string('x', 64 * 1024)), Has.Length.EqualTo(PlainText.MaxSentence));
        Assert.That(PlainText.Cut("ab\U0001F600", 3), Is.EqualTo("ab"), "not through the middle of a character");
        Assert.That(PlainText.Cut("ab\U0001F600", 4), Is.EqualTo("ab\U0001F600"));
    }
}
