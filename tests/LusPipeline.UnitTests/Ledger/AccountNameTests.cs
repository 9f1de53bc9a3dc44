using System.Diagnostics;
using LusPipeline.Ledger.Audits;

namespace LusPipeline.UnitTests.Ledger;

public class AccountNameTests
{
    [Fact]
    public void An_account_has_its_name() => Assert.Equal("anna", AccountName.Of(() => "anna"));

    [Fact]
    public async Task An_account_without_a_name_has_its_number()
    {
        using var id = Process.Start(new ProcessStartInfo("id", "-u") { RedirectStandardOutput = true })!;
        var number = (await id.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();

        Assert.Equal($"uid {number}", AccountName.Of(() => ""));
    }

    [Fact]
    public void An_account_on_a_machine_without_a_list_of_accounts_has_its_number() =>
        Assert.StartsWith("uid ", AccountName.Of(() => throw new IOException("No such file or directory")), StringComparison.Ordinal);
}
