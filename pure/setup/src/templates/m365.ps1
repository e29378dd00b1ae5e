#requires -Version 5.1
<#
.SYNOPSIS
    Connects this Microsoft 365 organisation to Signpost, step by step. Every step may be repeated: what is right stays as it is.
.DESCRIPTION
    prepare   makes or mends two connectors, two rules (created switched off) and the IP allow list. No mail takes another way.
    test      asks Exchange Online to send a test message through the connector (-Recipient) and looks at what must hold first.
    enable    switches the rules on: for the members of one group (-Pilot), or without it for everybody.
    disable   THE EMERGENCY SWITCH: switches the routing rule off. Undo: enable.
    readback  prints what is set, as JSON, for: signpost doctor --m365 FILE
    remove    undoes prepare: rules, connectors and allow list entries go.
    A rule takes up to one hour to take effect everywhere, on and off; a connector about 15 minutes.
    Needs the module ExchangeOnlineManagement and a connection: Connect-ExchangeOnline
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('prepare', 'test', 'enable', 'disable', 'readback', 'remove')]
    [string]$Step,

    # Addresses outside this organisation that get the test message of -Step test.
    [string[]]$Recipient = @(),

    # A mail-enabled group: -Step enable routes only what its members send. Without it, everybody's.
    [string]$Pilot = '',

    # Further recipients in To or Cc whose mail is not routed, beside the rooms and restricted groups that are found.
    [string[]]$Skip = @(),

    # The addresses from which Signpost returns mail, spares included. Replace them if they are translated on their way.
    [string[]]$Sources = @(@@SOURCES@@),

    # Lets -Step enable go on although the connector was never validated.
    [switch]$Untested
)

# Not stricter: a property that an older module lacks is printed as missing, and the doctor says so.
Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'

$Tenant = @@TENANT@@
$Organisation = @@DISPLAY_NAME@@
$OutboundName = @@OUTBOUND@@
$InboundName = @@INBOUND@@
$RouteRuleName = @@ROUTE_RULE@@
$ReplyRuleName = @@REPLY_RULE@@
$SmartHost = @@HOST@@
$TlsSettings = @@TLS_SETTINGS@@
$CertificateName = @@CERTIFICATE@@
$ProcessedHeader = @@PROCESSED_HEADER@@
$ProcessedWord = @@WORD@@
$SecretHeader = @@SECRET_HEADER@@
$SizeMax = @@SIZE_MAX@@
$GroupHeader = 'X-MS-Exchange-UnifiedGroup-SubmittedViaGroupAddress'
$GroupPattern = '/o=ExchangeLabs/ou=Exchange Administrative Group'
$AllowListMax = 1273
$SkipMax = 100

function Write-Fact([string]$Text) {
    Write-Host "$($Tenant): $Text"
}

# The one object of this name, or nothing. A failed look-up is an error, never an absence.
function Get-One([object[]]$All, [string]$Name) {
    $found = @($All | Where-Object { $_.Name -eq $Name })
    if ($found.Count -gt 1) { throw "There are $($found.Count) objects named '$Name'; delete all but one." }
    if ($found.Count -eq 1) { return $found[0] }
    return $null
}

function Get-Outbound { return Get-One @(Get-OutboundConnector) $OutboundName }
function Get-Inbound { return Get-One @(Get-InboundConnector) $InboundName }
function Get-Rule([string]$Name) { return Get-One @(Get-TransportRule -ResultSize Unlimited) $Name }

# Rooms and restricted groups refuse returned mail, because it no longer comes from a signed-in user (5.7.133 to 5.7.136).
function Get-Restricted {
    $rooms = @(Get-Mailbox -RecipientTypeDetails RoomMailbox, EquipmentMailbox -ResultSize Unlimited)
    $groups = @(Get-DistributionGroup -ResultSize Unlimited | Where-Object {
            $_.RequireSenderAuthenticationEnabled -or
            @($_.AcceptMessagesOnlyFromSendersOrMembers | Where-Object { "$_" -ne '' }).Count -gt 0
        })
    return @(@($rooms) + @($groups) | Where-Object { $null -ne $_ } | ForEach-Object { "$($_.PrimarySmtpAddress)" } | Sort-Object -Unique)
}

function Get-Secret($Rule) {
    if ($SecretHeader -eq '') { return '' }
    $known = @@SECRET@@
    if ($known -ne '') { return $known }
    $kept = ''
    if ($null -ne $Rule) { $kept = "$($Rule.SetHeaderValue)" }
    $question = "The value of $SecretHeader for $Tenant (the operator of Signpost has it"
    if ($kept -ne '') { $question += '; empty keeps the one that is set' }
    $typed = Read-Host -Prompt "$question)" -AsSecureString
    $value = [System.Net.NetworkCredential]::new('', $typed).Password
    if ($value -eq '') { $value = $kept }
    if ($value -eq '') { throw "Without the value of $SecretHeader Signpost does not take this organisation's mail." }
    return $value
}

function Set-Outbound {
    $values = @{
        ConnectorType                 = 'OnPremises'
        UseMXRecord                   = $false
        SmartHosts                    = $SmartHost
        TlsSettings                   = $TlsSettings
        IsTransportRuleScoped         = $true
        AllAcceptedDomains            = $false
        RouteAllMessagesViaOnPremises = $false
        CloudServicesMailEnabled      = $true
        Enabled                       = $true
        Comment                       = "Signpost for $Organisation; made by its script, -Step prepare"
    }
    if ($TlsSettings -eq 'DomainValidation') { $values['TlsDomain'] = $SmartHost }
    if ($null -eq (Get-Outbound)) {
        New-OutboundConnector -Name $OutboundName @values | Out-Null
        Write-Fact "outbound connector '$OutboundName' made"
    } else {
        Set-OutboundConnector -Identity $OutboundName @values
        Write-Fact "outbound connector '$OutboundName' is as it should be"
    }
}

function Set-Inbound {
    $values = @{
        ConnectorType                = 'OnPremises'
        SenderDomains                = 'smtp:*;1'
        RequireTls                   = $true
        RestrictDomainsToCertificate = $false
        RestrictDomainsToIPAddresses = $false
        CloudServicesMailEnabled     = $true
        Enabled                      = $true
        Comment                      = "Signpost for $Organisation; made by its script, -Step prepare"
    }
    if ($CertificateName -ne '') {
        $values['TlsSenderCertificateName'] = $CertificateName
    } else {
        $values['SenderIPAddresses'] = @($Sources | Where-Object { $_ -notmatch ':' })
    }
    if ($null -eq (Get-Inbound)) {
        New-InboundConnector -Name $InboundName @values | Out-Null
        Write-Fact "inbound connector '$InboundName' made"
    } else {
        Set-InboundConnector -Identity $InboundName @values
        Write-Fact "inbound connector '$InboundName' is as it should be"
    }
    Set-InboundConnector -Identity $InboundName -EFSkipLastIP $true
}

# Makes or mends a rule. A new one is switched off; one that is there keeps its state.
function Set-Rule([string]$Name, [int]$Priority, [hashtable]$Values) {
    if ($null -eq (Get-Rule $Name)) {
        New-TransportRule -Name $Name -Enabled $false -Priority $Priority @Values | Out-Null
        Write-Fact "rule '$Name' made, switched off"
    } else {
        Set-TransportRule -Identity $Name -Priority $Priority @Values
        Write-Fact "rule '$Name' is as it should be"
    }
}

function Set-Rules {
    $restricted = @(@(Get-Restricted) + @($Skip) | Where-Object { "$_" -ne '' } | Sort-Object -Unique)
    if ($restricted.Count -gt $SkipMax) {
        Write-Warning "$($restricted.Count) rooms and restricted groups are more than a rule holds; the first $SkipMax are excepted."
        Write-Warning 'Open the others for returned mail: Set-DistributionGroup NAME -RequireSenderAuthenticationEnabled $false'
        $restricted = @($restricted | Select-Object -First $SkipMax)
    }
    $route = @{
        Mode                                 = 'Enforce'
        RuleErrorAction                      = 'Ignore'
        FromScope                            = 'InOrganization'
        SenderAddressLocation                = 'Envelope'
        RouteMessageOutboundConnector        = $OutboundName
        RouteMessageOutboundRequireTls       = $false
        ExceptIfHeaderContainsMessageHeader  = $ProcessedHeader
        ExceptIfHeaderContainsWords          = $ProcessedWord
        ExceptIfHeaderMatchesMessageHeader   = $GroupHeader
        ExceptIfHeaderMatchesPatterns        = $GroupPattern
        ExceptIfFromAddressMatchesPatterns   = '<>'
        ExceptIfMessageSizeOver              = $SizeMax
        ExceptIfMessageTypeMatches           = 'Calendaring'
        ExceptIfAnyOfToCcHeader              = $null
        StopRuleProcessing                   = $true
        Comments                             = "Signpost for $($Organisation): switch it off to send without signatures"
    }
    if ($restricted.Count -gt 0) { $route['ExceptIfAnyOfToCcHeader'] = $restricted }
    if ($SecretHeader -ne '') {
        $route['SetHeaderName'] = $SecretHeader
        $route['SetHeaderValue'] = Get-Secret (Get-Rule $RouteRuleName)
    }
    $reply = @{
        Mode               = 'Enforce'
        RuleErrorAction    = 'Ignore'
        MessageTypeMatches = 'OOF'
        SetHeaderName      = $ProcessedHeader
        SetHeaderValue     = $ProcessedWord
        Comments           = "Signpost for $($Organisation): automatic replies are not routed"
    }
    Set-Rule $RouteRuleName 0 $route
    Set-Rule $ReplyRuleName 0 $reply
    Set-TransportRule -Identity $RouteRuleName -Priority 1
}

function Add-Allowed {
    $usable = @($Sources | Where-Object { $_ -notmatch ':' })
    foreach ($address in @($Sources | Where-Object { $_ -match ':' })) {
        Write-Warning "$address is IPv6, which the IP allow list cannot hold: Signpost must not return mail from it."
    }
    $policy = Get-HostedConnectionFilterPolicy -Identity Default
    $known = @($policy.IPAllowList | ForEach-Object { "$_" })
    $missing = @($usable | Where-Object { $known -notcontains $_ })
    if ($known.Count + $missing.Count -gt $AllowListMax) {
        throw "The IP allow list would have more than its $AllowListMax entries; take some out first."
    }
    if ($missing.Count -gt 0) {
        Set-HostedConnectionFilterPolicy -Identity Default -IPAllowList @{ Add = $missing }
        Write-Fact "IP allow list: added $($missing -join ', ')"
    } else {
        Write-Fact 'IP allow list: has every source'
    }
}

# Whether Exchange Online will let returned automatic replies through: they have no sender, only our certificate speaks for them.
function Test-AcceptedDomain {
    if ($CertificateName -eq '') {
        Write-Warning 'Signpost has no client certificate for this organisation: returned automatic replies will be refused (5.7.64).'
        return
    }
    $domains = @(Get-AcceptedDomain | ForEach-Object { "$($_.DomainName)" })
    $fits = @($domains | Where-Object { $CertificateName -eq $_ -or $CertificateName.EndsWith(".$_") })
    if ($fits.Count -eq 0) {
        Write-Warning "$CertificateName is no accepted domain yet: add it in the admin centre (Settings > Domains), with the TXT record shown there."
    }
}

function Invoke-Prepare {
    Set-Outbound
    Set-Inbound
    Add-Allowed
    Set-Rules
    Test-AcceptedDomain
    Write-Fact 'prepared. Nothing is routed yet. Next: -Step test -Recipient ADDRESS, about 15 minutes from now'
}

function Invoke-Test {
    if ($Recipient.Count -eq 0) { throw 'Name an address that you can read: -Recipient you@somewhere.example' }
    if ($null -eq (Get-Outbound)) { throw 'There is no connector yet. First: -Step prepare' }
    Test-AcceptedDomain
    Validate-OutboundConnector -Identity $OutboundName -Recipients $Recipient | Format-List | Out-String | Write-Host
    $answer = Read-Host -Prompt 'Does every task above say that it succeeded? (yes or no)'
    if ($answer -ne 'yes') {
        throw 'The connector does not work yet. The replies above say why; the rules stay off. Then again: -Step test'
    }
    Set-OutboundConnector -Identity $OutboundName -IsValidated $true -LastValidationTimestamp ([DateTime]::UtcNow)
    Write-Fact 'the connector works. Next: -Step enable -Pilot GROUP'
}

function Invoke-Enable {
    $outbound = Get-Outbound
    if ($null -eq $outbound -or $null -eq (Get-Rule $RouteRuleName)) { throw 'Something is missing. First: -Step prepare' }
    if (-not $outbound.Enabled) { throw "The connector '$OutboundName' is switched off. First: -Step prepare" }
    if (-not $outbound.IsValidated -and -not $Untested) {
        throw 'The connector was never tested. First: -Step test -Recipient ADDRESS (or say -Untested)'
    }
    if ($Pilot -ne '') {
        Set-TransportRule -Identity $RouteRuleName -FromMemberOf $Pilot
    } else {
        Set-TransportRule -Identity $RouteRuleName -FromMemberOf $null
    }
    Enable-TransportRule -Identity $ReplyRuleName -Confirm:$false
    Enable-TransportRule -Identity $RouteRuleName -Confirm:$false
    Write-Fact 'on. It takes up to one hour until every server knows. Undo: -Step disable'
}

function Invoke-Disable {
    Disable-TransportRule -Identity $RouteRuleName -Confirm:$false
    Write-Fact 'OFF. New mail leaves without a signature as soon as every server knows: up to one hour.'
    Write-Fact 'Until then Signpost must go on taking mail. What is queued for the connector keeps its way, for up to 24 hours.'
    Write-Fact 'Leave the connector switched on: a rule that names a connector which is off only makes mail wait.'
    Write-Fact 'Undo: -Step enable'
}

function Invoke-Remove {
    $rule = Get-Rule $RouteRuleName
    if ($null -ne $rule -and "$($rule.State)" -eq 'Enabled') { throw 'The rule is on. First: -Step disable, then wait an hour.' }
    foreach ($name in @($RouteRuleName, $ReplyRuleName)) {
        if ($null -ne (Get-Rule $name)) { Remove-TransportRule -Identity $name -Confirm:$false }
    }
    if ($null -ne (Get-Outbound)) { Remove-OutboundConnector -Identity $OutboundName -Confirm:$false }
    if ($null -ne (Get-Inbound)) { Remove-InboundConnector -Identity $InboundName -Confirm:$false }
    $known = @((Get-HostedConnectionFilterPolicy -Identity Default).IPAllowList | ForEach-Object { "$_" })
    $ours = @($Sources | Where-Object { $known -contains $_ })
    if ($ours.Count -gt 0) { Set-HostedConnectionFilterPolicy -Identity Default -IPAllowList @{ Remove = $ours } }
    Write-Fact 'removed. Undo: -Step prepare'
}

# A value as one word, or nothing: enums and sizes as text, so that a reader needs no table of numbers.
function ConvertTo-Word($Value) {
    if ($null -eq $Value -or "$Value" -eq '') { return $null }
    return "$Value"
}

function ConvertTo-Words($Values) {
    return , @(@($Values) | Where-Object { $null -ne $_ -and "$_" -ne '' } | ForEach-Object { "$_" })
}

# A secret leaves this organisation as its hash only.
function ConvertTo-Hash($Value) {
    if ($null -eq $Value -or "$Value" -eq '') { return $null }
    $bytes = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::UTF8.GetBytes("$Value"))
    return [System.BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant()
}

function ConvertTo-RuleRecord($Rule) {
    return [ordered]@{
        Name                                = "$($Rule.Name)"
        State                               = ConvertTo-Word $Rule.State
        Mode                                = ConvertTo-Word $Rule.Mode
        Priority                            = [int]$Rule.Priority
        RuleErrorAction                     = ConvertTo-Word $Rule.RuleErrorAction
        FromScope                           = ConvertTo-Word $Rule.FromScope
        FromMemberOf                        = ConvertTo-Words $Rule.FromMemberOf
        SenderAddressLocation               = ConvertTo-Word $Rule.SenderAddressLocation
        MessageTypeMatches                  = ConvertTo-Word $Rule.MessageTypeMatches
        RouteMessageOutboundConnector       = ConvertTo-Word $Rule.RouteMessageOutboundConnector
        SetHeaderName                       = ConvertTo-Word $Rule.SetHeaderName
        SetHeaderValueHash                  = ConvertTo-Hash $Rule.SetHeaderValue
        ExceptIfHeaderContainsMessageHeader = ConvertTo-Word $Rule.ExceptIfHeaderContainsMessageHeader
        ExceptIfHeaderContainsWords         = ConvertTo-Words $Rule.ExceptIfHeaderContainsWords
        ExceptIfHeaderMatchesMessageHeader  = ConvertTo-Word $Rule.ExceptIfHeaderMatchesMessageHeader
        ExceptIfHeaderMatchesPatterns       = ConvertTo-Words $Rule.ExceptIfHeaderMatchesPatterns
        ExceptIfFromAddressMatchesPatterns  = ConvertTo-Words $Rule.ExceptIfFromAddressMatchesPatterns
        ExceptIfMessageSizeOver             = ConvertTo-Word $Rule.ExceptIfMessageSizeOver
        ExceptIfMessageTypeMatches          = ConvertTo-Word $Rule.ExceptIfMessageTypeMatches
        ExceptIfAnyOfToCcHeader             = ConvertTo-Words $Rule.ExceptIfAnyOfToCcHeader
        StopRuleProcessing                  = $Rule.StopRuleProcessing
    }
}

function ConvertTo-OutboundRecord($Connector) {
    return [ordered]@{
        Name                          = "$($Connector.Name)"
        Enabled                       = $Connector.Enabled
        ConnectorType                 = ConvertTo-Word $Connector.ConnectorType
        UseMXRecord                   = $Connector.UseMXRecord
        SmartHosts                    = ConvertTo-Words $Connector.SmartHosts
        TlsSettings                   = ConvertTo-Word $Connector.TlsSettings
        TlsDomain                     = ConvertTo-Word $Connector.TlsDomain
        IsTransportRuleScoped         = $Connector.IsTransportRuleScoped
        RouteAllMessagesViaOnPremises = $Connector.RouteAllMessagesViaOnPremises
        CloudServicesMailEnabled      = $Connector.CloudServicesMailEnabled
        IsValidated                   = $Connector.IsValidated
        LastValidationTimestamp       = ConvertTo-Word $Connector.LastValidationTimestamp
    }
}

function ConvertTo-InboundRecord($Connector) {
    return [ordered]@{
        Name                         = "$($Connector.Name)"
        Enabled                      = $Connector.Enabled
        ConnectorType                = ConvertTo-Word $Connector.ConnectorType
        SenderDomains                = ConvertTo-Words $Connector.SenderDomains
        SenderIPAddresses            = ConvertTo-Words $Connector.SenderIPAddresses
        RequireTls                   = $Connector.RequireTls
        RestrictDomainsToCertificate = $Connector.RestrictDomainsToCertificate
        RestrictDomainsToIPAddresses = $Connector.RestrictDomainsToIPAddresses
        TlsSenderCertificateName     = ConvertTo-Word $Connector.TlsSenderCertificateName
        EFSkipLastIP                 = $Connector.EFSkipLastIP
        CloudServicesMailEnabled     = $Connector.CloudServicesMailEnabled
    }
}

function Invoke-Readback {
    $policy = Get-HostedConnectionFilterPolicy -Identity Default
    $domains = @(Get-AcceptedDomain | ForEach-Object {
            [ordered]@{ DomainName = "$($_.DomainName)"; MatchSubDomains = $_.MatchSubDomains }
        })
    $record = [ordered]@{
        Readback             = 'v1'
        Tenant               = $Tenant
        Taken                = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
        OutboundConnectors   = @(Get-OutboundConnector | ForEach-Object { ConvertTo-OutboundRecord $_ })
        InboundConnectors    = @(Get-InboundConnector | ForEach-Object { ConvertTo-InboundRecord $_ })
        TransportRules       = @(Get-TransportRule -ResultSize Unlimited | ForEach-Object { ConvertTo-RuleRecord $_ })
        IPAllowList          = ConvertTo-Words $policy.IPAllowList
        IPBlockList          = ConvertTo-Words $policy.IPBlockList
        AcceptedDomains      = $domains
        RestrictedRecipients = ConvertTo-Words (Get-Restricted)
        TNEFEnabled          = ConvertTo-Word (Get-RemoteDomain -Identity Default).TNEFEnabled
    }
    ConvertTo-Json -InputObject $record -Depth 6
}

if ($null -eq (Get-Command -Name Get-TransportRule -ErrorAction SilentlyContinue)) {
    throw 'Not connected. First: Install-Module ExchangeOnlineManagement -Scope CurrentUser; Connect-ExchangeOnline'
}
switch ($Step) {
    'prepare' { Invoke-Prepare }
    'test' { Invoke-Test }
    'enable' { Invoke-Enable }
    'disable' { Invoke-Disable }
    'readback' { Invoke-Readback }
    'remove' { Invoke-Remove }
}
