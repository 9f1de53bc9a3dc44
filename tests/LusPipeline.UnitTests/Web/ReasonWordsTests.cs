using System.Reflection;
using LusPipeline.Core.Outcomes;
using LusPipeline.Web.Shown;

namespace LusPipeline.UnitTests.Web;

public sealed class ReasonWordsTests
{
    public static TheoryData<string> Codes => [.. typeof(ReasonCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(code => (string)code.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_reason_has_words(string code) => Assert.EndsWith(".", ReasonWords.Of(code), StringComparison.Ordinal);

    [Fact]
    public void A_code_of_a_later_version_stays_as_it_is() => Assert.Equal("of_tomorrow", ReasonWords.Of("of_tomorrow"));
}
