using LusPipeline.Hosting.Checks;

namespace LusPipeline.UnitTests.Checks;

public sealed class DatabaseChecksTests
{
    [Theory]
    [InlineData("13.18", true)]
    [InlineData("14.0", false)]
    [InlineData("17.2", false)]
    public void PostgreSQL_14_is_the_oldest_that_has_date_bin(string version, bool tooOld) =>
        Assert.Equal(tooOld, DatabaseChecks.IsTooOld(Version.Parse(version)));
}
